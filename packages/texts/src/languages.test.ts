import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LANGUAGE_FILES } from './catalogues.ts';
import type { LanguageFile } from './language-file.ts';
import { LANGUAGES } from './languages.ts';
import { faultsOf } from './testing-language-checks.ts';
import { hardCoded, PSEUDO, PSEUDO_LANGUAGE, pseudoFile } from './testing-pseudo-language.ts';

test.each([...LANGUAGE_FILES])('the texts in %s are complete and whole, and say what they may', (language, file) => {
  expect(faultsOf(language, file)).toEqual([]);
});

describe('a language is refused', () => {
  const swedish = JSON.stringify(LANGUAGE_FILES.get('sv'));
  const withChange = (from: string, to: string): LanguageFile => {
    expect(swedish).toContain(from);
    return JSON.parse(swedish.replace(from, to)) as LanguageFile;
  };

  test.each([
    ['without a text', '"sync":', '"sink":', 'returns.sync: is missing'],
    ['with a text of its own', '"sync":', '"sink":', 'returns.sink: is not in English'],
    [
      'with another parameter',
      'rapporterat på ett tag, så',
      'rapporterat {actual}, så',
      'partner_silent.text: has the parameters "actual", English has ""',
    ],
    [
      'without a parameter',
      '{required} eller',
      'mer eller',
      'has the parameters "actual", English has "actual; required"',
    ],
    ['with another choice', 'low {låg}', 'lowest {låg}', 'details.risk: has the selects'],
    [
      'without a plural category',
      'mer än {days, plural, one {# dag} other',
      'mer än {days, plural, other',
      'details.notHeardFor: the plural of days has other, not one,other',
    ],
    [
      'with half a sentence',
      'Öppna {managementApp} och låt den synka."',
      'och låt den synka"',
      'os_version_unreadable.step: does not begin like a sentence',
    ],
    ['with an end mark where there is none', 'ett säkerhetsproblem"', 'ett säkerhetsproblem."', 'ends wrongly'],
    ['with a word that it may not say', 'inbyggda skyddet', 'policy', 'says "policy"'],
    [
      'with too long a text',
      'Åtkomst är inte möjlig här',
      'Åtkomst är inte möjlig här '.repeat(4).trim(),
      'control_unsupported.title: has 107 characters, not 70',
    ],
    [
      'with a text in English',
      'De hjälper dig att få åtkomst igen.',
      'They help you get access back.',
      'returns.help: is English',
    ],
    ['with a locale of another language', 'sv-SE', 'da-DK', 'da-DK is another language'],
  ])('%s', (_, from, to, fault) => {
    expect(faultsOf('sv', withChange(from, to)).join('\n')).toContain(fault);
  });

  test('by a tag that is none', () => {
    expect(faultsOf('SV-se', LANGUAGE_FILES.get('sv') as LanguageFile)).toEqual(['SV-se is no tag in its usual form']);
  });
});

const packages = join(import.meta.dirname, '../..');
const shipped = readdirSync(packages, { recursive: true, encoding: 'utf8' }).filter(
  (file) => /\/src\/.*\.ts$/u.test(file) && !/\.test\.ts$|\/testing|node_modules/u.test(file),
);
const textOf = (file: string): string => readFileSync(join(packages, file), 'utf8');

test('a language is one file: nothing that ships lists languages', () => {
  const tag = `['"](?:${LANGUAGES.join('|')})['"]`;
  const lists = new RegExp(`${tag}\\s*[,|]\\s*${tag}`, 'u');
  expect(shipped.length).toBeGreaterThan(500);
  expect(shipped.filter((file) => lists.test(textOf(file)))).toEqual([]);
});

test('every page of the hub is tested in the pseudo-language', () => {
  const pages = shipped.filter((file) => file.startsWith('hub/') && /<!doctype html>/iu.test(textOf(file)));
  expect(pages.length).toBeGreaterThan(1);
  const tests = pages.map((file) => file.replace(/\.ts$/u, '.test.ts'));
  expect(tests.filter((file) => !textOf(file).includes('hardCoded('))).toEqual([]);
});

describe('the pseudo-language', () => {
  test('is a language, two fifths longer', () => {
    expect(faultsOf(PSEUDO_LANGUAGE, pseudoFile()).filter((fault) => !/characters|begin|ends/u.test(fault))).toEqual(
      [],
    );
    expect(PSEUDO.say({ key: 'returns.help', device: 'phone', app: undefined, managementApp: undefined })).toMatch(
      /^⟦Ţhéý hélp ýöû ĝéţ àççéšš bàçk\.~{12}⟧$/u,
    );
    expect(PSEUDO.say({ key: 'details.risk', risk: 'low' })).toContain('löw');
  });

  test('shows what was not taken from the catalogue', () => {
    expect(hardCoded('⟦Ñö ⟦ñéšţéð⟧ ţéxţ⟧: 1. ⟦Öþéñ⟧ Contact us ⟦x⟧')).toEqual([' Contact us ']);
  });
});
