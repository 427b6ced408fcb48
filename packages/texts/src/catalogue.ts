import IntlMessageFormat, { type MessageFormatPart } from 'intl-messageformat';
import { messagesOf, type LanguageFile } from './language-file.ts';
import { Nouns } from './nouns.ts';
import { PersonTime } from './person-time.ts';
import type { ForeignWords, Message, Value } from './values.ts';

/** A piece of a text: ours, or the words of a stranger in a language of their own. */
export interface Segment {
  readonly text: string;
  readonly isForeign: boolean;
}

/** All texts of one language, compiled. */
export class Catalogue {
  /** BCP 47 tag. */
  readonly language: string;
  /** Of the language, in itself. */
  readonly name: string;
  readonly #messages: ReadonlyMap<string, IntlMessageFormat>;
  readonly #nouns: Nouns;
  readonly #times: PersonTime;
  readonly #lists: Intl.ListFormat;

  /** @throws SyntaxError for a message that is not ICU MessageFormat; it names the message */
  constructor(language: string, file: LanguageFile) {
    this.language = language;
    this.name = file.name;
    this.#messages = new Map(
      [...messagesOf(file)].map(([key, message]) => [key, compiled(message, file.locale, `${language}: ${key}`)]),
    );
    this.#nouns = new Nouns(file);
    this.#times = new PersonTime(file.locale);
    this.#lists = new Intl.ListFormat(file.locale, { type: 'unit', style: 'short' });
  }

  say(message: Message): string {
    return this.segments(message)
      .map(({ text }) => text)
      .join('');
  }

  /** The same in pieces, so that a page can mark what is not in its language. */
  segments({ key, ...values }: Message): readonly Segment[] {
    const format = this.#messages.get(key);
    if (format === undefined) throw new Error(`There is no text ${key} in ${this.language}.`);
    return format.formatToParts<ForeignWords>(this.#parametersFor(values)).map(toSegment);
  }

  #parametersFor(values: Readonly<Record<string, Value>>): Record<string, string | number | ForeignWords> {
    const parameters: Record<string, string | number | ForeignWords> = {};
    for (const [name, value] of Object.entries(values)) {
      const nouns = this.#nouns.parametersFor(name, value);
      if (nouns !== undefined) Object.assign(parameters, nouns);
      else if (value !== undefined) parameters[name] = this.#parameterFor(value);
    }
    return parameters;
  }

  #parameterFor(value: NonNullable<Value>): string | number | ForeignWords {
    if (typeof value !== 'object' || 'words' in value) return value;
    if ('timeZone' in value) return this.#times.format(value.at, value.timeZone);
    return 'key' in value ? this.say(value) : this.#lists.format(value);
  }
}

function compiled(message: string, locale: string, name: string): IntlMessageFormat {
  try {
    return new IntlMessageFormat(message, locale, undefined, { ignoreTag: true });
  } catch (error) {
    throw new SyntaxError(`The text ${name} is not ICU MessageFormat.`, { cause: error });
  }
}

function toSegment({ value }: MessageFormatPart<ForeignWords>): Segment {
  return typeof value === 'string' ? { text: value, isForeign: false } : { text: value.words, isForeign: true };
}
