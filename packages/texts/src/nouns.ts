import type { LanguageFile } from './language-file.ts';

type Words = Readonly<Record<string, string>>;

/** The nouns of one language, as parameters of its messages: each form as it is, and with a capital for the beginning of a sentence. */
export class Nouns {
  readonly #locale: string;
  readonly #devices: ReadonlyMap<string, Words>;
  readonly #apps: ReadonlyMap<string, { readonly forms: readonly string[]; readonly unnamed: Words }>;

  constructor({ locale, nouns: { device, ...apps } }: Pick<LanguageFile, 'locale' | 'nouns'>) {
    this.#locale = locale;
    this.#devices = new Map(
      (['phone', 'tablet', 'computer', 'other'] as const).map((kind) => [
        kind,
        this.#parameters(Object.entries(device).map(([form, words]) => [form, words[kind]])),
      ]),
    );
    this.#apps = new Map(
      Object.entries(apps).map(([app, forms]) => [
        app,
        { forms: Object.keys(forms), unnamed: this.#parameters(Object.entries(forms)) },
      ]),
    );
  }

  /** @returns the parameters that stand for a value; `undefined` where it is none that nouns stand for */
  parametersFor(name: string, value: unknown): Words | undefined {
    if (name === 'device') return this.#devices.get(String(value));
    const app = this.#apps.get(name);
    return app && typeof value === 'string' ? named(value, app.forms) : app?.unnamed;
  }

  #parameters(forms: readonly (readonly [string, string])[]): Words {
    return Object.fromEntries(
      forms.flatMap(([form, words]) => [
        [form, words],
        [capitalised(form), words.charAt(0).toLocaleUpperCase(this.#locale) + words.slice(1)],
      ]),
    );
  }
}

/** A name keeps the letters that it has, in every form and place. */
function named(name: string, forms: readonly string[]): Words {
  return Object.fromEntries(
    forms.flatMap((form) => [
      [form, name],
      [capitalised(form), name],
    ]),
  );
}

function capitalised(form: string): string {
  return form.charAt(0).toUpperCase() + form.slice(1);
}
