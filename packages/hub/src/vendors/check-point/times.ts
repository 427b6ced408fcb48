import { parseIsoInstant, utc } from '../kit/iso-instant.ts';

const MONTH_FIRST = /^(\d{2})\/(\d{2})\/(\d{4}) (\d{2}):(\d{2}):(\d{2})$/;

/**
 * A time of an alert: ISO 8601, or month/day/year without a zone, which is read as UTC because the other form
 * of the same field is. `undefined` for null, "No data" and everything else.
 */
export function readTime(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  const parts = MONTH_FIRST.exec(text)?.slice(1).map(Number);
  if (parts === undefined) return parseIsoInstant(text);
  const [month, day, year, hour, minute, second] = parts as [number, number, number, number, number, number];
  return utc(year, month, day, hour, minute, second);
}
