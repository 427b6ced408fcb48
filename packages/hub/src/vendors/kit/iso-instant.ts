/**
 * Times as vendors write them. What has no time zone is nobody's time and is not read: a guess would be wrong
 * by hours, and which of two reports is newer decides whether a device stays blocked.
 */

const ISO = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})$/i;

/** An ISO 8601 date and time with its offset, to the millisecond; `undefined` for anything else, also for 30 February. */
export function parseIsoInstant(text: string): number | undefined {
  const match = ISO.exec(text.trim());
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second = '0', fraction = '', zone = ''] = match;
  const at = utc(Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second));
  const offset = offsetMinutes(zone);
  if (at === undefined || offset === undefined) return undefined;
  return at + Number(fraction.slice(0, 3).padEnd(3, '0')) - offset * 60_000;
}

function offsetMinutes(zone: string): number | undefined {
  if (zone.toUpperCase() === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

/** The instant of a calendar date in UTC; `undefined` when there is no such date. Months count from 1. */
export function utc(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number | undefined {
  const at = Date.UTC(year, month - 1, day, hour, minute, second);
  const back = new Date(at);
  const same =
    back.getUTCFullYear() === year &&
    back.getUTCMonth() === month - 1 &&
    back.getUTCDate() === day &&
    back.getUTCHours() === hour &&
    back.getUTCMinutes() === minute &&
    back.getUTCSeconds() === second;
  return same ? at : undefined;
}
