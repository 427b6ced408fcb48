import { describe, expect, test } from 'vitest';
import { Catalogue } from './catalogue.ts';
import { catalogueIn, ENGLISH, LANGUAGE_FILES, speaksOfSecrets } from './catalogues.ts';
import type { LanguageFile } from './language-file.ts';
import { isTimeZone } from './person-time.ts';
import type { AboutDevice } from './values.ts';

const english = LANGUAGE_FILES.get('en') as LanguageFile;
const about: AboutDevice = { device: 'tablet', app: undefined, managementApp: undefined };
const until = (timeZone: string | undefined) =>
  ({ key: 'details.stillWorksUntil', until: { at: new Date('2026-12-04T10:30:00.000Z'), timeZone } }) as const;

describe('a text', () => {
  test('begins a sentence with a noun in capitals, and never gives a name one', () => {
    const key = 'reasons.partner_app_deactivated.text';
    expect(ENGLISH.say({ key, ...about })).toBe(
      'The security app is not active on this tablet, so nobody can tell whether it is safe.',
    );
    expect(ENGLISH.say({ key, ...about, app: 'iVerify' })).toMatch(/^iVerify is not active/u);
  });

  test('has the grammar of its language for a noun in as many forms as it needs', () => {
    const german = new Catalogue('de', {
      ...english,
      locale: 'de-DE',
      nouns: {
        ...english.nouns,
        device: {
          thisDevice: {
            phone: 'dieses Telefon',
            tablet: 'dieses Tablet',
            computer: 'dieser Computer',
            other: 'dieses Gerät',
          },
          thisDeviceDative: {
            phone: 'diesem Telefon',
            tablet: 'diesem Tablet',
            computer: 'diesem Computer',
            other: 'diesem Gerät',
          },
        },
        app: { app: 'die Sicherheits-App', appDative: 'der Sicherheits-App' },
      },
      messages: { held: { title: '{ThisDevice}: Auf {thisDeviceDative} mit {appDative}' } },
    });
    expect(german.say({ key: 'held.title', ...about })).toBe(
      'Dieses Tablet: Auf diesem Tablet mit der Sicherheits-App',
    );
    expect(german.say({ key: 'held.title', ...about, app: 'Lookout' })).toContain('mit Lookout');
  });

  test('counts by the rules of its language', () => {
    const days = (language: string, count: number) =>
      catalogueIn(language).say({ key: 'details.notHeardFor', ...about, days: count });
    expect(days('en', 1)).toContain('for more than 1 day.');
    expect(days('sv', 30)).toBe('Din organisation har inte hört av surfplattan på mer än 30 dagar.');
    expect(days('nl', 12_000)).toContain('12.000 dagen');
  });

  test('tells times as people do, in their zone', () => {
    expect(ENGLISH.say(until('Europe/Stockholm'))).toContain('until Friday 4 December at 11:30 CET.');
    expect(catalogueIn('sv').say(until('Europe/Stockholm'))).toContain('till fredag 4 december kl. 11:30 CET.');
    expect(catalogueIn('nl').say(until('no/such'))).toContain('tot vrijdag 4 december om 10:30 UTC.');
    expect(ENGLISH.say(until(undefined))).toContain('10:30 UTC');
  });

  test('names categories in its language', () => {
    expect(catalogueIn('sv').say({ key: 'held.name', ...about, title: { key: 'categories.net.mitm' } })).toBe(
      'Det som hittades: ”Man-i-mitten-attack”.',
    );
  });

  test('lists', () => {
    expect(ENGLISH.say({ key: 'help.contact', ways: ['IT', '+46 8 1', 'https://a.example'] })).toBe(
      'Help desk: IT, +46 8 1, https://a.example',
    );
  });

  test('keeps the words of strangers apart from ours, and never reads them as a pattern', () => {
    const title = { words: '{app} <b> # ’{' };
    expect(ENGLISH.segments({ key: 'details.name', ...about, title })).toEqual([
      { text: 'The security app calls it “', isForeign: false },
      { text: title.words, isForeign: true },
      { text: '”.', isForeign: false },
    ]);
    expect(ENGLISH.say({ key: 'details.name', ...about, title })).toBe(`The security app calls it “${title.words}”.`);
  });

  test('that is not ICU MessageFormat is named', () => {
    const broken = { ...english, messages: { help: { fallback: 'If {that' } } };
    expect(() => new Catalogue('en', broken)).toThrow('The text en: help.fallback is not ICU MessageFormat.');
  });

  test('that is not there is an error, and so is a language', () => {
    const empty = new Catalogue('xx', { ...english, messages: {} });
    expect(() => empty.say({ key: 'help.fallback' })).toThrow('There is no text help.fallback in xx.');
    expect(() => catalogueIn('xx')).toThrow('There are no texts in xx.');
  });
});

test('a missing or wrong parameter is an error of types', () => {
  // @ts-expect-error the name is missing
  expect(() => ENGLISH.say({ key: 'details.name', ...about })).toThrow('title');
  // @ts-expect-error no such risk
  expect(ENGLISH.say({ key: 'details.risk', risk: 'extreme' })).toBe('The risk is high.');
  // @ts-expect-error no such text
  expect(() => ENGLISH.say({ key: 'details.nothing' })).toThrow('no text');
});

test('words that speak of passwords or codes are recognised in every language', () => {
  for (const words of [
    'read out your password',
    'enter your PIN',
    'Geef je wachtwoord',
    'Uppge ditt lösenord',
    'din kod',
  ])
    expect([words, speaksOfSecrets(words)]).toEqual([words, true]);
  expect(speaksOfSecrets('Leave the network')).toBe(false);
});

test('time zones are known by their IANA names', () => {
  expect(['Europe/Stockholm', 'UTC', 'Europe/Atlantis', '', undefined].map(isTimeZone)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});
