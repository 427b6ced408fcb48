import IntlMessageFormat from 'intl-messageformat';
import { Catalogue } from './catalogue.ts';
import { LANGUAGE_FILES } from './catalogues.ts';
import type { LanguageFile } from './language-file.ts';

/**
 * A language for tests: English with accents, in brackets, and two fifths longer. What stands on a page outside of the brackets
 * was not taken from the catalogue; what does not fit has no room for German or Finnish either.
 */
export const PSEUDO_LANGUAGE = 'en-XA';

const PLAIN = 'aeiouyncdgstzAEIOUYNCDGSTZ';
const ACCENTED = 'àéîöûýñçðĝšţžÀÉÎÖÛÝÑÇÐĜŠŢŽ';

type Elements = ReturnType<IntlMessageFormat['getAst']>;
type Table = LanguageFile['messages'][string];

export function pseudoFile(): LanguageFile {
  const english = LANGUAGE_FILES.get('en') as LanguageFile;
  const { device, app, managementApp } = english.nouns;
  return {
    ...english,
    name: '⟦Þšéûðö⟧',
    nouns: {
      device: mapped(device, (forms) => mapped(forms, accented)),
      app: mapped(app, accented),
      managementApp: mapped(managementApp, accented),
    },
    messages: mapped(english.messages, pseudo),
  };
}

export const PSEUDO = new Catalogue(PSEUDO_LANGUAGE, pseudoFile());

/** What of a text is in no brackets of the pseudo-language and has letters. */
export function hardCoded(text: string): readonly string[] {
  let outside = text;
  for (let before = ''; before !== outside; ) {
    before = outside;
    outside = outside.replace(/⟦[^⟦⟧]*⟧/gu, '\n');
  }
  return outside.split('\n').filter((piece) => /\p{L}/u.test(piece));
}

function pseudo(table: Table): Table {
  if (typeof table !== 'string') return mapped(table, pseudo);
  const padding = '~'.repeat(Math.ceil(table.length * 0.4));
  return `⟦${printed(new IntlMessageFormat(table, 'en', undefined, { ignoreTag: true }).getAst())}${padding}⟧`;
}

/** The message as it was, with its literal text accented. */
function printed(elements: Elements): string {
  return elements
    .map((element) => {
      if (element.type === 0) return accented(element.value);
      if (element.type === 7) return '#';
      if (element.type !== 5 && element.type !== 6) return `{${(element as { readonly value: string }).value}}`;
      const options = Object.entries(element.options).map(([name, { value }]) => `${name} {${printed(value)}}`);
      return `{${element.value}, ${element.type === 5 ? 'select' : 'plural'}, ${options.join(' ')}}`;
    })
    .join('');
}

function accented(text: string): string {
  return text.replace(/[a-z]/giu, (letter) => ACCENTED[PLAIN.indexOf(letter)] ?? letter);
}

function mapped<From extends object, To>(
  table: From,
  change: (value: From[keyof From]) => To,
): { readonly [Name in keyof From]: To } {
  return Object.fromEntries(
    Object.entries(table).map(([name, value]) => [name, change(value as From[keyof From])]),
  ) as { readonly [Name in keyof From]: To };
}
