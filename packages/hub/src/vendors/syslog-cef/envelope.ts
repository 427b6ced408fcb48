/** What stands around a message in a line of syslog. */
export interface SyslogEnvelope {
  readonly host: string | undefined;
  readonly app: string | undefined;
  /** Only where it has a year and a time zone: RFC 5424, and ISO 8601 as relays write it. */
  readonly time: string | undefined;
  readonly message: string;
}

const HIGHEST_PRIORITY = 191;
/** RFC 5424, section 6: version, time, host, app, process, message id; structured data follows. */
const HEADER_5424 = /^[1-9]\d{0,2} (\S{1,64}) (\S{1,255}) (\S{1,48}) \S{1,128} \S{1,32} /;
/** Without a priority a number in front may be anything; with a time behind it, it is the version. */
const BARE_HEADER_5424 = /^1 (?:-|\d{4}-\d{2}-\d{2}T\S{8,24}) /;
/**
 * RFC 3164, section 4.1.1; with a year before or behind it, the day first, a fraction and a zone, which some add; and ISO 8601, which is what
 * rsyslog forwards by default, also with a space in the middle.
 */
const DATE_3164 =
  '(?:(?:\\d\\d){1,2} )?[A-Z][a-z]{2} [ \\d]\\d (?:\\d{4} )?|\\d{1,2} [A-Z][a-z]{2} (?:\\d{4} )?|\\d{4}-\\d{2}-\\d{2} ';
const TIME_3164 = new RegExp(
  `^(?:(?:${DATE_3164})\\d{2}:\\d{2}:\\d{2}(?:[.,]\\d{1,9})?(?: ?(?:UTC|GMT|Z|[+-]\\d{2}(?::?\\d{2})?)(?= ))?|(\\d{4}-\\d{2}-\\d{2}T\\S{8,24})) +`,
);
/** The number of the line or its time, in seconds or parts of them, where some write it: before the priority. */
const BEFORE_PRIORITY = /^\d{1,20}(?:[.,]\d{1,9})?:? *(?=\ufeff*<\d{1,3}>)/;
/** In front of the priority, the time, the message, wherever a sender wrote a text to its line. */
const BOM = /^\ufeff+/;
/** Some leave it out, and the message follows at once. */
const HOST_3164 = /^(\S{1,255}) +/;
const TAG = /^([^\s:[\]]{1,48})(?:\[[^\]\s]{0,48}\])?: */;

/**
 * One line of syslog, in RFC 5424 or RFC 3164, or a message alone, as some products send it over TCP. `starts`
 * says whether a text is the message itself: what looks like a tag could be its beginning.
 * `undefined` for what is none of these.
 */
export function readEnvelope(line: string, starts: (text: string) => boolean): SyslogEnvelope | undefined {
  const text = withoutStampInFront(withoutBom(line.replace(/[\r\n\0]+$/, '')).trimStart());
  const priority = /^<(\d{1,3})>/.exec(text);
  if (text.startsWith('<') && (priority === null || Number(priority[1]) > HIGHEST_PRIORITY)) return undefined;
  const rest = withoutBom(text.slice(priority?.[0].length ?? 0)).trimStart();
  const header = priority === null && !BARE_HEADER_5424.test(rest) ? null : HEADER_5424.exec(rest);
  if (header !== null) return read5424(header, rest.slice(header[0].length));
  return read3164(rest, starts);
}

function read5424([, time, host, app]: RegExpExecArray, rest: string): SyslogEnvelope | undefined {
  const message = afterStructuredData(rest);
  return message === undefined ? undefined : { time: given(time), host: given(host), app: given(app), message };
}

/** What follows `-` or `[id name="value"]...`; values may hold `\"`, `\\` and `\]`. */
function afterStructuredData(text: string): string | undefined {
  const match = /^(?:-|(?:\[(?:[^"\]]|"(?:[^"\\]|\\.)*")*\])+)(?: |$)/s.exec(text);
  return match?.[0] === undefined ? undefined : withoutBom(text.slice(match[0].length));
}

function read3164(text: string, starts: (text: string) => boolean): SyslogEnvelope {
  const [stamp = '', time] = TIME_3164.exec(text) ?? [];
  const stamped = withoutBom(text.slice(stamp.length));
  const [hosted = '', host] = starts(stamped) ? [] : hostOf(stamp, stamped, starts);
  const rest = withoutBom(stamped.slice(hosted.length));
  const tag = starts(rest) ? null : TAG.exec(rest);
  return { time, host, app: tag?.[1], message: tag === null ? rest : withoutBom(rest.slice(tag[0].length)) };
}

/** Without a time in front, a word is the host only where the message follows at once: else it may be anything. */
function hostOf(stamp: string, text: string, starts: (text: string) => boolean): readonly string[] {
  const host = HOST_3164.exec(text);
  return host === null || (stamp === '' && (!starts(withoutBom(text.slice(host[0].length))) || TAG.test(text)))
    ? []
    : host;
}

/** Where a priority follows, a number or a time in front of it is passed over. */
function withoutStampInFront(text: string): string {
  const stamp = (BEFORE_PRIORITY.exec(text) ?? TIME_3164.exec(text))?.[0] ?? '';
  const rest = withoutBom(text.slice(stamp.length));
  return /^<\d{1,3}>/.test(rest) ? rest : text;
}

function withoutBom(text: string): string {
  return text.replace(BOM, '');
}

/** `-` stands for nothing. */
function given(word: string | undefined): string | undefined {
  return word === '-' ? undefined : word;
}
