import type { LanguageFile } from './language-file.ts';

type Words = Readonly<Record<string, string>>;

interface AppNoun {
  /** All parameters that stand for the app: its forms, and each with a capital. */
  readonly parameters: readonly string[];
  readonly unnamed: Words;
}

/** The nouns of one language, as parameters of its messages: each form as it is, and with a capital for the beginning of a sentence. */
export class Nouns {
  readonly #locale: string;
  readonly #devices: ReadonlyMap<string, Words>;
  readonly #apps: ReadonlyMap<string, AppNoun>;

  constructor({ locale, nouns: { device, ...apps } }: Pick<LanguageFile, 'locale' | 'nouns'>) {
    this.#locale = locale;
    this.#devices = new Map(
      (['phone', 'tablet', 'computer', 'other'] as const).map((kind) => [
        kind,
        this.#wordsOf(Object.entries(device).map(([form, words]) => [form, words[kind]])),
      ]),
    );
    this.#apps = new Map(
      Object.entries(apps).map(([app, forms]) => {
        const unnamed = this.#wordsOf(Object.entries(forms));
        return [app, { parameters: Object.keys(unnamed), unnamed }];
      }),
    );
  }

  /**
   * Adds the parameters that stand for a value.
   *
   * @returns false where it is a value that nouns do not stand for
   */
  addTo(parameters: Record<string, unknown>, name: string, value: unknown): boolean {
    const app = this.#apps.get(name);
    if (app === undefined && name !== 'device') return false;
    // A name keeps the letters that it has, in every form and place.
    if (app !== undefined && value !== undefined) for (const parameter of app.parameters) parameters[parameter] = value;
    else Object.assign(parameters, app === undefined ? this.#devices.get(String(value)) : app.unnamed);
    return true;
  }

  #wordsOf(forms: readonly (readonly [string, string])[]): Words {
    return Object.fromEntries(
      forms.flatMap(([form, words]) => [
        [form, words],
        [
          form.charAt(0).toUpperCase() + form.slice(1),
          words.charAt(0).toLocaleUpperCase(this.#locale) + words.slice(1),
        ],
      ]),
    );
  }
}
