import { readEnvelope } from './envelope.ts';

/**
 * ArcSight's Common Event Format: `CEF:0|vendor|product|version|class|name|severity|key=value key=value`. The
 * fields of a message as one flat object, under the names that the format gives them: the seven of the header, the
 * keys of the extension, `syslogHost`, `syslogApp` and `syslogTime` of the envelope, and in `labels` what has a
 * name of its own (`cs1Label=Risk cs1=High` is `labels.Risk` as well).
 */
export type CefRecord = Readonly<Record<string, unknown>>;

export type ReadCef =
  | { readonly ok: true; readonly record: CefRecord }
  /** Completes "the line ...". */
  | { readonly ok: false; readonly problem: string };

const HEADER = [
  'cefVersion',
  'deviceVendor',
  'deviceProduct',
  'deviceVersion',
  'deviceEventClassId',
  'name',
  'severity',
] as const;
/** Relays put spaces in front, and one behind a `CEF:` that they take for the tag of the line. */
const START = /^ *CEF: ?(?=\d+\|)/;
/** Where a value begins: a key and `=` behind a space. In front of an escaped `=` stands a backslash, which no key has. */
const KEY = /(?:^|\s)([A-Za-z0-9_.[\]-]{1,128})=/g;

/** Reads a line of syslog that holds CEF. Total over all text. */
export function readCefLine(line: string): ReadCef {
  const envelope = readEnvelope(line, (text) => START.test(text));
  if (envelope === undefined) return { ok: false, problem: 'is no line of syslog (RFC 5424 or RFC 3164)' };
  const { message, host, app, time } = envelope;
  if (!START.test(message)) return { ok: false, problem: 'holds no CEF message where one is expected' };
  const { fields, rest } = splitHeader(message.replace(START, ''));
  if (fields.length < HEADER.length)
    return { ok: false, problem: `has ${fields.length} of the ${HEADER.length} fields of a CEF header` };
  const extension = readExtension(rest);
  // The header goes last: no key of the extension may pass for it.
  return {
    ok: true,
    record: Object.fromEntries([
      ...extension,
      ['labels', Object.fromEntries(labelled(extension))],
      ...HEADER.map((name, i) => [name, fields[i]]),
      ...Object.entries({ syslogHost: host, syslogApp: app, syslogTime: time }).filter(
        ([, value]) => value !== undefined,
      ),
    ]),
  };
}

/** In the header `|` and `\` are escaped with a backslash. */
function splitHeader(text: string): { readonly fields: readonly string[]; readonly rest: string } {
  const fields: string[] = [];
  let at = 0;
  while (fields.length < HEADER.length) {
    const [whole = '', field = ''] = /^((?:[^|\\]|\\.?)*)\|?/s.exec(text.slice(at)) ?? [];
    fields.push(field.replace(/\\([|\\])/g, '$1').trim());
    at += whole.length;
    if (!whole.endsWith('|') || whole.length === field.length) break;
  }
  return { fields, rest: text.slice(at) };
}

/** Keys with their values. A key that is there twice has a list: which of the two is true, nobody can tell. */
function readExtension(text: string): ReadonlyMap<string, unknown> {
  const keys = [...text.matchAll(KEY)];
  return collected(
    keys.map((match, i) => {
      const end = keys[i + 1]?.index ?? text.length;
      return [match[1] as string, unescaped(text.slice(match.index + match[0].length, end).trim())];
    }),
  );
}

function unescaped(value: string): string {
  return value.replace(/\\([\\=|nr])/g, (_, escaped: string) =>
    escaped === 'n' ? '\n' : escaped === 'r' ? '\r' : escaped,
  );
}

function labelled(extension: ReadonlyMap<string, unknown>): ReadonlyMap<string, unknown> {
  return collected(
    [...extension].flatMap(([key, label]) => {
      const base = /^(.+)Label$/.exec(key)?.[1];
      return base !== undefined && typeof label === 'string' && extension.has(base)
        ? [[label, extension.get(base)] as const]
        : [];
    }),
  );
}

function collected(pairs: readonly (readonly [string, unknown])[]): ReadonlyMap<string, unknown> {
  const values = new Map<string, unknown>();
  for (const [name, value] of pairs) values.set(name, values.has(name) ? [values.get(name), value].flat() : value);
  return values;
}
