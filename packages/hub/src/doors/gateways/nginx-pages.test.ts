import { CATALOGUES, catalogueIn, ENGLISH, type Catalogue } from '@sallyport/texts';
import { hardCoded, PSEUDO } from '@sallyport/texts/testing-pseudo-language.ts';
import { describe, expect, test } from 'vitest';
import { nginxPages } from './nginx-pages.ts';

const all = [...CATALOGUES.values()];
const pagesIn = (catalogues: readonly Catalogue[], fallback = catalogues[0] as Catalogue, helpDesk = {}) =>
  nginxPages({ catalogues, fallback, organization: { helpDesk } });

/** What is read of a file of pages: no comments, no style, no markup, no variables, no lines of the maps themselves. */
const textOf = (file: string) =>
  file
    .replaceAll(/^#.*$/gmu, '')
    .replaceAll(/<style>.*?<\/style>/gu, '')
    .replaceAll(/^map .*\{$|^ {2}(?:default|~\*\S+|[\w-]+) /gmu, '')
    .replaceAll(/<[^>]*>/gu, '\n')
    .replaceAll(/\$\w+/gu, '');

function expectShortTokens(file: string): void {
  const tokens = [...file.matchAll(/'([^']*)';$/gmu)].map(([, token = '']) => token);
  expect(tokens.length).toBeGreaterThan(3 * all.length);
  for (const token of tokens) expect(Buffer.byteLength(token)).toBeLessThan(4_096);
}

describe('the pages for nginx', () => {
  test('are in every language, and in English for all others', () => {
    const file = pagesIn(['en', 'nl', 'sv'].map(catalogueIn), ENGLISH);
    expect(file).toContain(
      'map $sallyport_page_language $sallyport_unavailable_page {\n  default \'<!doctype html><html lang="en">',
    );
    expect(file).toContain(
      '  sv \'<!doctype html><html lang="sv"><head><title>Åtkomsten kan inte kontrolleras just nu</title>',
    );
    expect(file).toContain("  nl 'Bekijk wat je kunt doen';");
    expect(file).toMatch(/~\*\^\\s\*\(en\|nl\|sv\)\\b \$1;/u);
  });

  test('say in each language why a certificate was refused, what to do and whom to ask', () => {
    const file = pagesIn([catalogueIn('sv')], undefined, { phone: '+46 8 1' });
    expect(file).toContain('<h1>Vi kunde inte bekräfta vilken enhet det är</h1>');
    expect(file).toContain('<p>Öppna appen för enhetshantering och låt den synka, så hämtas ett nytt certifikat.</p>');
    expect(file).toContain('<p><a href="tel:+4681">+46 8 1</a></p>');
  });

  test('hold no word that is not in the catalogue', () => {
    expect(hardCoded(textOf(pagesIn([PSEUDO])))).toEqual(['en-XA;']);
  });

  test('end no quotation of nginx and name no variable, whatever the help desk is called', () => {
    const evil = { name: `'; $host \\ {} \n "x" <b>` };
    const file = pagesIn(all, ENGLISH, evil);
    expect(file).toContain('&#39;; &#36;host &#92; {} &#10; &#34;x&#34; &#60;b&#62;');
    expectShortTokens(file);
  });

  test('have no token that is too long for nginx, however long the address of the help desk is', () => {
    const long = {
      name: '日'.repeat(60),
      email: `${'&'.repeat(240)}@example.com`,
      url: `https://it.example.com/${"'".repeat(277)}`,
    };
    const file = pagesIn(all, ENGLISH, long);
    expectShortTokens(file);
    const piece = (name: string) =>
      file.split(`$sallyport_piece_${name} {`)[1]?.match(/default '([^']*)';/u)?.[1] ?? '';
    const pieces = [...new Set(file.match(/(?<=map \$http_accept_language \$sallyport_piece_)\d+/gu))];
    expect(pieces.map(piece).join('')).toContain(`>https://it.example.com/${'&#39;'.repeat(277)}</a>`);
  });
});
