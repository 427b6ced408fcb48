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
  readonly #messages: ReadonlyMap<string, IntlMessageFormat | readonly Segment[]>;
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
  segments(message: Message): readonly Segment[] {
    const text = this.#messages.get(message.key);
    if (text === undefined) throw new Error(`There is no text ${message.key} in ${this.language}.`);
    return 'format' in text ? text.formatToParts<ForeignWords>(this.#parametersFor(message)).map(toSegment) : text;
  }

  #parametersFor({ key: _, ...values }: Message): Record<string, string | number | ForeignWords> {
    const parameters: Record<string, string | number | ForeignWords> = {};
    for (const name in values as Readonly<Record<string, Value>>) {
      const value = (values as Readonly<Record<string, Value>>)[name];
      if (!this.#nouns.addTo(parameters, name, value) && value !== undefined)
        parameters[name] = this.#parameterFor(value);
    }
    return parameters;
  }

  #parameterFor(value: NonNullable<Value>): string | number | ForeignWords {
    if (typeof value !== 'object' || 'words' in value) return value;
    if ('timeZone' in value) return this.#times.format(value.at, value.timeZone);
    return 'key' in value ? this.say(value) : this.#lists.format(value);
  }
}

/** A text without parameters is what it is. */
function compiled(message: string, locale: string, name: string): IntlMessageFormat | readonly Segment[] {
  try {
    const format = new IntlMessageFormat(message, locale, undefined, { ignoreTag: true });
    return format.getAst().every(({ type }) => type === LITERAL)
      ? format.formatToParts<ForeignWords>().map(toSegment)
      : format;
  } catch (error) {
    throw new SyntaxError(`The text ${name} is not ICU MessageFormat.`, { cause: error });
  }
}

const LITERAL = 0;

function toSegment({ value }: MessageFormatPart<ForeignWords>): Segment {
  return typeof value === 'string' ? { text: value, isForeign: false } : { text: value.words, isForeign: true };
}
