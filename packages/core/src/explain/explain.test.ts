import { describe, expect, test } from 'vitest';
import type { Reason, ReasonCode } from '../vocabulary/reason.ts';
import { explainForAdmin } from './admin.ts';
import { LANGUAGES, pickLanguage } from './language.ts';
import type { Wording } from './text.ts';
import { ENGLISH } from './texts-en.ts';
import { DUTCH } from './texts-nl.ts';
import { SWEDISH } from './texts-sv.ts';
import { explainForUser } from './user.ts';

const CODES = Object.keys(ENGLISH.texts) as ReasonCode[];
const WORDINGS: readonly [string, Wording][] = [['en', ENGLISH], ['sv', SWEDISH], ['nl', DUTCH]];
const FULL = { policyId: 'p-1', policyName: 'Phones', rule: 'r', connectorId: 'c-1', required: 'low', actual: 'highSeverity', until: '2026-03-01T10:30:00.000Z' };
const threat: Reason = { code: 'threat_level_above_allowed', ...FULL, findingIds: ['f-1'], disagreeing: ['c-2'] };

describe('every reason has its words', () => {
  // The compiler already demands every code in each table; this catches empty and forgotten ones.
  test.each(WORDINGS)('%s has a title, a text and a next step for every code', (_, wording) => {
    expect(Object.keys(wording.texts).toSorted()).toEqual(CODES.toSorted());
    for (const text of Object.values(wording.texts)) {
      expect(text.title).not.toBe('');
      expect(text.text).not.toBe('');
      expect(text.nextStep).not.toBe('');
    }
  });

  test.each([['sv', SWEDISH], ['nl', DUTCH]] as const)('%s says something else than English everywhere', (_, wording) => {
    for (const code of CODES) expect(wording.texts[code].text).not.toBe(ENGLISH.texts[code].text);
  });

  test.each(WORDINGS)('%s says nothing twice: the text adds to its title', (_, wording) => {
    for (const { title, text } of Object.values(wording.texts)) expect(text).not.toBe(`${title}.`);
  });

  test('no placeholder or bracket is ever left over, with values or without', () => {
    for (const language of LANGUAGES) {
      for (const code of CODES) {
        for (const reason of [{ code }, { code, ...FULL }]) {
          const { title, text, nextStep } = explainForUser([reason], language);
          expect(`${title} ${text} ${nextStep}`).not.toMatch(/[{}[\]]|undefined| {2}| \./u);
        }
      }
    }
  });

  test('every code has words for administrators', () => {
    for (const code of CODES) expect(explainForAdmin({ code })).toMatch(/^[A-Z].*[^.]\.$/u);
  });
});

describe('what the person reads', () => {
  test('names the app and passes on the recommended action', () => {
    const told = explainForUser([threat], 'en', { appName: 'Lookout for Work', recommendedAction: 'Leave the network "Cafe {free}"' });
    expect(told.title).toBe('Your device has a security problem');
    expect(told.text).toBe('Lookout for Work found a threat on this device. The risk is high; your organisation allows at most low.');
    expect(told.nextStep).toMatch(/^Advice from Lookout for Work: Leave the network "Cafe \{free\}"\. Open Lookout for Work/u);
  });

  test('has our advice about the kind of threat where the partner gives none, in the language of the person', () => {
    expect(explainForUser([threat], 'en', { category: 'net.mitm' }).nextStep).toMatch(/^Leave this Wi-Fi network.*\. Open /u);
    expect(explainForUser([threat], 'sv', { category: 'phys.no_passcode' }).nextStep).toMatch(/^Ställ in ett skärmlås/u);
    expect(explainForUser([threat], 'nl', { category: 'net.mitm', recommendedAction: 'Doe iets' }).nextStep).toMatch(/Doe iets\./u);
    expect(explainForUser([threat], 'en', { category: 'unclassified' })).toEqual(explainForUser([threat], 'en'));
    expect(explainForUser([{ code: 'device_unknown' }], 'en', { category: 'net.mitm' }).nextStep).not.toContain('Wi-Fi');
  });

  test('speaks of levels in the language of the person', () => {
    expect(explainForUser([threat], 'sv').text).toContain('hög');
    expect(explainForUser([threat], 'nl').text).toContain('hoog');
  });

  test('says the cause and not merely that the device is noncompliant', () => {
    const told = explainForUser([{ code: 'device_noncompliant', policyId: 'ca-1' }, threat], 'en');
    expect(told.title).toBe('Your device has a security problem');
  });

  test('tells several problems together, each once', () => {
    const told = explainForUser([{ code: 'os_version_below_minimum', required: '17.0', actual: '16.1' }, threat, threat], 'en');
    expect(told.text).toMatch(/found a threat .* too old/u);
    expect(told.text.match(/found a threat/gu)).toHaveLength(1);
  });

  test('warns of the end of a grace period while access still works', () => {
    const told = explainForUser([{ code: 'policy_satisfied' }, { code: 'in_grace_period', until: '2026-03-01T10:30:00.000Z' }, threat], 'en');
    expect(told.title).toBe('Please mend this soon');
    expect(told.text).toContain('until 2026-03-01 10:30 UTC');
  });

  test('speaks of the block and not of the grace period where both are there', () => {
    const told = explainForUser([{ code: 'blocked_by_policy' }, { code: 'in_grace_period' }], 'en');
    expect(told.title).toBe('Access is not allowed');
  });

  test('has an answer when there are no reasons', () => {
    expect(explainForUser([], 'en').title).toBe('Access is allowed');
  });
});

test('an administrator reads policy, rule, connector, required and actual', () => {
  expect(explainForAdmin(threat)).toBe(
    'The device threat level is above what the policy allows: policy "Phones" (p-1); rule r; connector c-1; required low; '
    + 'actual highSeverity; said otherwise: c-2; findings f-1; until 2026-03-01T10:30:00.000Z.',
  );
});

describe('pickLanguage', () => {
  test.each([
    ['sv', 'sv'], ['sv-FI', 'sv'], ['NL-be', 'nl'], ['de, nl;q=0.5, en;q=0.4', 'nl'], ['en;q=0.1, sv;q=0.9', 'sv'],
    ['sv;q=0, nl;q=0.2', 'nl'], ['de', 'en'], ['', 'en'], ['*', 'en'], [';;;,,q=', 'en'], ['sv;q=7, nl', 'nl'], ['svenska', 'en'],
    [`${'a,'.repeat(5_000)}sv`, 'en'],
  ] as const)('%j is answered in %s', (wanted, language) => {
    expect(pickLanguage(wanted)).toBe(language);
  });

  test('falls back to what the caller prefers', () => {
    expect(pickLanguage(undefined, 'nl')).toBe('nl');
    expect(pickLanguage('*', 'sv')).toBe('sv');
  });
});
