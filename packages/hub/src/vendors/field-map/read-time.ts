import { parseIsoInstant, utc } from '../kit/iso-instant.ts';

/**
 * `cef`: as `rt` in CEF, milliseconds since 1970 or `Mar 02 2026 08:00:00.123 UTC`. `isoUtc` and `cefUtc`: the same, where the
 * administrator knows that what has no zone is in UTC; `isoUtc` with a space between date and time as well.
 */
export const TIME_FORMATS = ['iso', 'isoUtc', 'epochSeconds', 'epochMilliseconds', 'cef', 'cefUtc'] as const;
export type TimeFormat = (typeof TIME_FORMATS)[number];

/** What lies outside is written in another format than was said: seconds read as milliseconds are in January 1970. */
const EARLIEST = Date.UTC(2000, 0, 1);
const LATEST = Date.UTC(2100, 0, 1);

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** ArcSight's CEF guide allows it without the zone as well; such a time is nobody's. */
const CEF = /^([a-z]{3}) (\d{1,2}) (\d{4}) (\d{1,2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))? ?(UTC|GMT|Z|[+-]\d{2}:?\d{2})$/i;
const ZONELESS_CEF = /^[a-z]{3} \d{1,2} \d{4} [\d:.]+$/i;
/** Date, time and zone of what is nearly ISO 8601. */
const LOOSE_ISO = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?) ?(UTC|GMT|Z|[+-]\d{2}:?\d{2})?$/i;

/** Milliseconds since 1970; `undefined` for what is no such time. */
export function readTime(value: unknown, format: TimeFormat): number | undefined {
  const at = READERS[format](typeof value === 'string' ? value.trim() : value);
  return at !== undefined && at >= EARLIEST && at < LATEST ? at : undefined;
}

const READERS: Readonly<Record<TimeFormat, (value: unknown) => number | undefined>> = {
  iso: (value) => (typeof value === 'string' ? parseIsoInstant(value) : undefined),
  isoUtc: (value) => (typeof value === 'string' ? parseLooseIso(value) : undefined),
  epochSeconds: (value) => epoch(value, 1000),
  epochMilliseconds: (value) => epoch(value, 1),
  cef: (value) => epoch(value, 1) ?? (typeof value === 'string' ? parseCefTime(value) : undefined),
  cefUtc: (value) => READERS.cef(typeof value === 'string' && ZONELESS_CEF.test(value) ? `${value} UTC` : value),
};

function epoch(value: unknown, unitMs: number): number | undefined {
  if (typeof value === 'string' && !/^\d{1,15}(?:\.\d{1,9})?$/.test(value)) return undefined;
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  return Math.floor(Number(value) * unitMs);
}

function parseLooseIso(text: string): number | undefined {
  const [whole, date = '', time = '', zone = 'Z'] = LOOSE_ISO.exec(text) ?? [];
  return whole === undefined
    ? undefined
    : parseIsoInstant(`${date}T${time.replace(',', '.')}${/^[+-]/.test(zone) ? zone : 'Z'}`);
}

function parseCefTime(text: string): number | undefined {
  const [, month = '', day, year, hour, minute, second, fraction = '', zone = ''] = CEF.exec(text) ?? [];
  const number = MONTHS.indexOf(month.toLowerCase()) + 1;
  const local =
    number === 0 ? undefined : utc(Number(year), number, Number(day), Number(hour), Number(minute), Number(second));
  if (local === undefined) return undefined;
  const offset = /^[+-]/.test(zone) ? zone : 'Z';
  // The rules about offsets are those of ISO 8601.
  const zero = parseIsoInstant(`1970-01-01T00:00:00${offset}`);
  return zero === undefined ? undefined : local + Number(fraction.slice(0, 3).padEnd(3, '0')) + zero;
}
