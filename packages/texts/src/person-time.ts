/** A moment as people say it, with the zone: "Friday 4 December at 11:30 CET". */
export class PersonTime {
  readonly #locale: string;
  readonly #formats = new Map<string | undefined, Intl.DateTimeFormat>();

  constructor(locale: string) {
    this.#locale = locale;
  }

  /** @param timeZone an IANA name; UTC where there is none, or no such zone */
  format(at: Date, timeZone: string | undefined): string {
    let format = this.#formats.get(timeZone);
    if (format === undefined) {
      format = formatIn(this.#locale, isTimeZone(timeZone) ? timeZone : 'UTC');
      this.#formats.set(timeZone, format);
    }
    return format.format(at);
  }
}

function formatIn(locale: string, timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(locale, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
    timeZone,
  });
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
