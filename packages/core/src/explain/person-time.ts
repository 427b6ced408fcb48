import type { Wording } from './text.ts';

/**
 * A moment as people say it, with the zone: "Friday 4 December at 11:30 CET".
 * @param timeZone an IANA name; UTC where there is none, or no such zone
 */
export function personTime(at: Date, { locale }: Pick<Wording, 'locale'>, timeZone: string | undefined): string {
  return new Intl.DateTimeFormat(locale, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
    timeZone: isTimeZone(timeZone) ? timeZone : 'UTC',
  }).format(at);
}

/** Whether there is such a zone, in IANA's names. */
export function isTimeZone(name: string | undefined): name is string {
  if (name === undefined || name === '') return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}
