import { expect, test } from 'vitest';
import { catalogueIn } from './catalogues.ts';
import { pickCatalogue } from './pick-catalogue.ts';

/** `qaa` is for private use (ISO 639-2): there will be no texts in it. */
test.each([
  ['sv', 'sv'],
  ['sv-FI', 'sv'],
  ['sv-Latn-FI-x-private', 'sv'],
  ['NL-be', 'nl'],
  ['qaa, nl;q=0.5, en;q=0.4', 'nl'],
  ['en;q=0.1, sv;q=0.9', 'sv'],
  ['sv;q=0, nl;q=0.2', 'nl'],
  ['qaa-FI, sv-FI;q=0.9, en;q=0.8', 'sv'],
  ['qaa', 'en'],
  ['', 'en'],
  ['*', 'en'],
  ['qaa, *;q=0.5, nl;q=0.1', 'en'],
  [';;;,,q=', 'en'],
  ['sv;q=7, nl', 'nl'],
  ['svenska', 'en'],
  ['-sv', 'en'],
  ['constructor', 'en'],
  [`${'a,'.repeat(5_000)}sv`, 'en'],
] as const)('%j is answered in %s', (wanted, language) => {
  expect(pickCatalogue(wanted).language).toBe(language);
});

test('falls back to what the caller prefers', () => {
  expect(pickCatalogue(undefined, catalogueIn('nl')).language).toBe('nl');
  expect(pickCatalogue('*', catalogueIn('sv')).language).toBe('sv');
});
