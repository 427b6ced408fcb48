import { parseIsoInstant, utc } from '../kit/iso-instant.ts';

const DASHED = /^(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2}) (?:UTC|\+0000)$/;
const MONTH_FIRST = /^(\d{2}) (\d{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) UTC$/;

/**
 * A time in any of Zimperium's ways of writing one: milliseconds since 1970 (version 2), as text as well, `{"$date": ms}`,
 * ISO 8601, `2019-02-01 05:13:12 UTC` or `+0000` (version 1), and `03 01 2025 08:00:00 UTC` (Data Export),
 * which is month, day, year: the `attack_time` beside it says so.
 */
export function readTime(value: unknown): number | undefined {
  if (typeof value === 'number') return sinceEpoch(value);
  if (typeof value === 'object' && value !== null && '$date' in value) return readTime(value.$date);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (/^\d+$/.test(text)) return sinceEpoch(Number(text));
  const dashed = DASHED.exec(text);
  if (dashed !== null) return fromParts(dashed.slice(1));
  const monthFirst = MONTH_FIRST.exec(text);
  if (monthFirst !== null) {
    const [month, day, year, ...time] = monthFirst.slice(1);
    return fromParts([year, month, day, ...time]);
  }
  return parseIsoInstant(text);
}

/** Milliseconds; seconds and microseconds are told by their size, since a time of a phone lies between 2001 and 2286. */
function sinceEpoch(number: number): number | undefined {
  const digits = Number.isSafeInteger(number) && number > 0 ? String(number).length : 0;
  if (digits === 13) return number;
  if (digits === 10) return number * 1000;
  return digits === 16 ? Math.floor(number / 1000) : undefined;
}

function fromParts(parts: readonly (string | undefined)[]): number | undefined {
  const [year, month, day, hour, minute, second] = parts.map(Number);
  return utc(year as number, month as number, day as number, hour as number, minute as number, second as number);
}
