/**
 * What a number at the beginning of a message is: the count of its bytes (`MSG-LEN` of RFC 6587 section 3.4.1), or the
 * beginning of a line, such as a time (`2026-11-29T10:00:00Z`, `2026 Nov 29 10:00:00`), an address or a version.
 */
export type LeadingNumber =
  /** `number`: that of the line, where a priority follows. */
  | { readonly kind: 'line'; readonly number?: number }
  /** `start`: where the message begins. */
  | { readonly kind: 'count'; readonly length: number; readonly start: number }
  /** A priority follows: it is a count, or the number of a line (`12345 <134>...`), which what stands around it has to tell. */
  | { readonly kind: 'beforePriority'; readonly length: number; readonly start: number }
  /** What follows is nothing a message begins with: it is a count unless a line ends within so many bytes, or, where it is low, goes on behind them. */
  | { readonly kind: 'unclear'; readonly length: number; readonly start: number };

/** More is the time (`1796060852`), or a number of the line. */
const MAX_DIGITS = 8;
/** As many bytes as the longest beginning below needs. */
const LOOK_AHEAD = 24;

const BOM = '(?:\\xef\\xbb\\xbf)?';
const PRIORITY = new RegExp(`^${BOM}<\\d{1,3}>`);
const CEF = new RegExp(`^${BOM} *CEF: ?\\d`);
/** ISO 8601, or RFC 3164 (`Nov 29 10:00:00`), also with the year behind the day. */
const ISO_TIME = new RegExp(`^${BOM}\\d{4}-\\d{2}-\\d{2}[T ]\\d{2}:`);
const MONTH_AND_DAY = new RegExp(`^${BOM}[A-Z][a-z]{2} [ \\d]\\d (?:\\d{4} )?\\d{2}:`);
/** What stands behind the day in `29 Nov 2026 10:00:00`, also without the year. */
const BEHIND_DAY = /^[A-Z][a-z]{2} (?:\d{4} )?\d{2}:\d{2}/;
const YEAR = /^(?:19|20)\d{2}$/;
/**
 * A lower number in front of a time is no count: no message of CEF behind a time is that short. It is the version of RFC 5424, a day, a
 * year of two digits, or the number of the line.
 */
export const SHORTEST_CEF = 40;

/**
 * `bytes` begin with a digit. `undefined`: more of them are needed. The answer depends on the stream alone and not on
 * how much of it has arrived.
 */
export function readLeadingNumber(bytes: Buffer, maxBytes: number): LeadingNumber | undefined {
  const head = bytes.toString('latin1', 0, 2 * LOOK_AHEAD);
  const digits = /^\d+/.exec(head)?.[0] ?? '';
  if (digits.length === head.length) return head.length < 2 * LOOK_AHEAD ? undefined : { kind: 'line' };
  if (head[digits.length] !== ' ') return { kind: 'line' };
  const start = digits.length + 1;
  const [text = '', ...more] = head.slice(start, start + LOOK_AHEAD).split('\n');
  const priority = PRIORITY.exec(text)?.[0];
  if (priority === undefined && more.length === 0 && text.length < LOOK_AHEAD && head.length < 2 * LOOK_AHEAD)
    return undefined;
  const length = Number(digits);
  const kind = priority === undefined ? kindBefore(text, digits, maxBytes) : kindBeforePriority(priority, digits);
  if (kind !== 'line') return { kind, length, start };
  return { kind, ...(priority !== undefined && { number: length }) };
}

/** A count has no zero in front (RFC 6587, `MSG-LEN`) and takes in the priority at least. */
function kindBeforePriority(priority: string, digits: string): 'beforePriority' | 'line' {
  return digits.startsWith('0') || digits.length > MAX_DIGITS || Number(digits) < priority.length
    ? 'line'
    : 'beforePriority';
}

/** For a number in front of a message without a priority. */
function kindBefore(text: string, digits: string, maxBytes: number): 'count' | 'line' | 'unclear' {
  const length = Number(digits);
  if (digits.startsWith('0') || length > maxBytes || length === 1 || BEHIND_DAY.test(text)) return 'line';
  if (CEF.test(text)) return 'count';
  const isMonthFirst = MONTH_AND_DAY.test(text);
  if (!isMonthFirst && !ISO_TIME.test(text)) return 'unclear';
  return length < SHORTEST_CEF || (isMonthFirst && YEAR.test(digits)) ? 'line' : 'count';
}

/** What a message begins with; a day and the hour behind it (`29 10:00:00`) are no count and its message. */
const BEGINNING = new RegExp(
  `^(?:[\\n\\r\\0]|\\xef\\xbb\\xbf|<\\d{1,3}>|CEF: ?\\d|\\d{1,${MAX_DIGITS}} (?:\\xef\\xbb\\xbf|<|CEF:|[A-Z][a-z]{2} |\\d{4}-))`,
);
const MAY_BEGIN = /^[\n\r\0\xef<C\d]/;

/** Whether a message begins at `at`, or a line ends there; `undefined`: more bytes are needed. */
export function messageBeginsAt(bytes: Buffer, at: number): boolean | undefined {
  const text = bytes.toString('latin1', at, at + LOOK_AHEAD);
  if (text === '') return undefined;
  if (BEGINNING.test(text)) return true;
  return text.length < LOOK_AHEAD && MAY_BEGIN.test(text) && !text.includes('\n') ? undefined : false;
}
