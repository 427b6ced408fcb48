import { parseIsoInstant, utc } from '../iso-instant.ts';

const DASHED = /^(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2}) (?:UTC|\+0000)$/;
const MONTH_FIRST = /^(\d{2}) (\d{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) UTC$/;

/**
 * A time in any of Zimperium's ways of writing one: milliseconds since 1970 (version 2), `{"$date": ms}`,
 * ISO 8601, `2019-02-01 05:13:12 UTC` or `+0000` (version 1), and `03 01 2025 08:00:00 UTC` (Data Export),
 * which is month, day, year: the `attack_time` beside it says so.
 */
export function readTime(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value > 0 ? value : undefined;
  if (typeof value === 'object' && value !== null && '$date' in value) return readTime(value.$date);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  const dashed = DASHED.exec(text);
  if (dashed !== null) return fromParts(dashed.slice(1));
  const monthFirst = MONTH_FIRST.exec(text);
  if (monthFirst !== null) {
    const [month, day, year, ...time] = monthFirst.slice(1);
    return fromParts([year, month, day, ...time]);
  }
  return parseIsoInstant(text);
}

function fromParts(parts: readonly (string | undefined)[]): number | undefined {
  const [year, month, day, hour, minute, second] = parts.map(Number);
  return utc(year as number, month as number, day as number, hour as number, minute as number, second as number);
}
