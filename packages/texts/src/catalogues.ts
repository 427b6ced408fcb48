import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Catalogue } from './catalogue.ts';
import { languageFile, type LanguageFile } from './language-file.ts';
import { LANGUAGE_FOLDER, LANGUAGES } from './languages.ts';

/** The files of all languages, by tag. */
export const LANGUAGE_FILES: ReadonlyMap<string, LanguageFile> = new Map(
  LANGUAGES.map((language) => [
    language,
    languageFile.parse(JSON.parse(readFileSync(join(LANGUAGE_FOLDER, `${language}.json`), 'utf8'))),
  ]),
);

/** All texts, compiled at the start. */
export const CATALOGUES: ReadonlyMap<string, Catalogue> = new Map(
  [...LANGUAGE_FILES].map(([language, file]) => [language, new Catalogue(language, file)]),
);

/** @param language one of `LANGUAGES` */
export function catalogueIn(language: string): Catalogue {
  const catalogue = CATALOGUES.get(language);
  if (catalogue === undefined) throw new Error(`There are no texts in ${language}.`);
  return catalogue;
}

/** What is spoken where nobody wants a language that there is. */
export const ENGLISH = catalogueIn('en');

const SECRETS = new RegExp([...LANGUAGE_FILES.values()].flatMap(({ secrets }) => secrets).join('|'), 'iu');

/** Whether words of a partner speak of passwords or codes, in any language of ours: theirs is not known. */
export function speaksOfSecrets(words: string): boolean {
  return SECRETS.test(words);
}
