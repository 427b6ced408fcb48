import { describe, expect, test } from 'vitest';
import { isFinal } from '../findings/advice-key.ts';
import { adviceKeyOf, THREAT_CATEGORIES } from '../findings/taxonomy.ts';
import type { Reason } from '../vocabulary/reason.ts';
import { deviceNoun } from './device-noun.ts';
import type { UserHints } from './hints.ts';
import { explainForUser } from './user.ts';

/** By the keys of the texts; how they read in each language is tested where they are worded. */

const UNTIL = '2026-12-04T10:30:00.000Z';
const threat: Reason = {
  code: 'threat_level_above_allowed',
  connectorId: 'c-1',
  required: 'low',
  actual: 'highSeverity',
  findingIds: ['f-1'],
};
const tooOld: Reason = { code: 'os_version_below_minimum', required: '17.0', actual: '16.1' };
const grace: Reason = { code: 'in_grace_period', until: UNTIL };
const GENERAL = [
  'reasons.threat_level_above_allowed.title',
  'reasons.threat_level_above_allowed.text',
  'details.risk',
  'reasons.threat_level_above_allowed.step',
  'returns.safe',
];

const found = (finding: NonNullable<NonNullable<UserHints['partners']>[string]['finding']>): UserHints => ({
  partners: { 'c-1': { appName: 'Lookout for Work', finding } },
});
const keys = (reasons: readonly Reason[], hints: UserHints = {}): readonly string[] =>
  explainForUser(reasons, hints).parts.map(({ message }) => message.key);

describe('what the person reads', () => {
  test('says what was found, what the partner calls it, what to do, how access returns, and what the partner advises', () => {
    const hints = found({
      category: 'net.mitm',
      title: 'Network attack: Cafe',
      recommendedAction: 'Leave "Cafe {free}"',
    });
    const about = { device: 'other', app: 'Lookout for Work', managementApp: undefined };
    const reason = threat.code;
    expect(explainForUser([threat], hints)).toEqual({
      parts: [
        { kind: 'title', reason, message: { key: 'reasons.threat_level_above_allowed.title', ...about } },
        { kind: 'cause', reason, message: { key: 'found.leaveNetwork', ...about } },
        {
          kind: 'finding',
          reason,
          message: { key: 'details.name', ...about, title: { words: 'Network attack: Cafe' } },
        },
        { kind: 'risk', reason, message: { key: 'details.risk', risk: 'high' } },
        { kind: 'step', reason, message: { key: 'advice.leaveNetwork', ...about } },
        { kind: 'step', reason, message: { key: 'reasons.threat_level_above_allowed.step', ...about } },
        { kind: 'returns', message: { key: 'returns.safe', ...about } },
        {
          kind: 'quotation',
          reason,
          message: { key: 'partner.advice', ...about, words: { words: 'Leave "Cafe {free}"' }, isSentence: 'no' },
        },
      ],
      isFinal: false,
    });
  });

  test('has the general step where nothing is known of the finding', () => {
    expect(keys([threat])).toEqual(GENERAL);
    expect(keys([threat], found({ category: 'unclassified' }))).toEqual(GENERAL);
    expect(keys([{ code: 'device_unknown' }], found({ category: 'net.mitm' }))).not.toContain('advice.leaveNetwork');
  });

  test.each([
    ['mediumSeverity', 'medium'],
    ['low', 'low'],
    ['secured', undefined],
    ['compromised', undefined],
    ['constructor', undefined],
    [undefined, undefined],
  ])('calls %s a %s risk', (actual, risk) => {
    const told = explainForUser([{ ...threat, actual }]).parts.find(({ kind }) => kind === 'risk')?.message;
    expect(told).toEqual(risk === undefined ? undefined : { key: 'details.risk', risk });
  });

  test('says the cause and not merely that the device is noncompliant', () => {
    expect(keys([{ code: 'device_noncompliant', policyId: 'ca-1' }, threat])).toEqual(GENERAL);
  });

  test('tells several problems together, each once, and that access comes back with the last of them', () => {
    expect(keys([tooOld, threat, threat])).toEqual([
      'reasons.threat_level_above_allowed.title',
      'reasons.threat_level_above_allowed.text',
      'details.risk',
      'reasons.os_version_below_minimum.text',
      'details.versionTooOld',
      'reasons.threat_level_above_allowed.step',
      'reasons.os_version_below_minimum.step',
      'returns.all',
      'help.fallback',
    ]);
  });

  test('promises nothing where one of several problems needs the help desk', () => {
    expect(keys([tooOld, { code: 'device_user_missing' }])).toContain('returns.help');
    expect(keys([tooOld, { code: 'device_user_missing' }])).not.toContain('returns.update');
  });

  test('calls each partner by the name of its own app', () => {
    const hints = { partners: { 'c-1': { appName: 'iVerify' }, 'c-2': { appName: 'Jamf Trust' } } };
    const { parts } = explainForUser([threat, { code: 'partner_os_version_unsupported', connectorId: 'c-2' }], hints);
    expect(parts.filter(({ kind }) => kind === 'cause').map(({ message }) => 'app' in message && message.app)).toEqual([
      'iVerify',
      'Jamf Trust',
    ]);
  });

  test('tells nothing of an old finding beside a problem that is another', () => {
    const hints = found({ category: 'app.malware', title: 'Bad app', recommendedAction: 'Remove it' });
    expect(keys([{ code: 'partner_silent', connectorId: 'c-1' }], hints)).toEqual([
      'reasons.partner_silent.title',
      'reasons.partner_silent.text',
      'reasons.partner_silent.step',
      'returns.service',
    ]);
  });

  test('tells versions only where both are known', () => {
    expect(keys([{ code: 'os_version_above_maximum', actual: '19', required: '18' }])).toContain(
      'details.versionTooNew',
    );
    expect(keys([{ code: 'os_version_above_maximum', actual: '19' }])).not.toContain('details.versionTooNew');
  });

  test('warns of the end of a grace period while access still works, and does not send anybody to an app that shows nothing', () => {
    expect(keys([{ code: 'policy_satisfied' }, grace, tooOld])).toEqual([
      'reasons.in_grace_period.title',
      'details.stillWorksUntil',
      'reasons.os_version_below_minimum.text',
      'details.versionTooOld',
      'steps.beforeThen',
      'reasons.os_version_below_minimum.step',
    ]);
    expect(explainForUser([grace], { timeZone: 'Europe/Stockholm' }).parts[1]).toMatchObject({
      kind: 'deadline',
      message: { until: { at: new Date(UNTIL), timeZone: 'Europe/Stockholm' } },
    });
    expect(keys([{ code: 'in_grace_period' }])).toEqual([
      'reasons.in_grace_period.title',
      'reasons.in_grace_period.text',
      'reasons.in_grace_period.step',
    ]);
  });

  test('speaks of the block and not of the grace period where both are there', () => {
    expect(keys([{ code: 'blocked_by_policy' }, grace])[0]).toBe('reasons.blocked_by_policy.title');
  });

  test('leaves out what closed nothing, wherever something else did', () => {
    const remark: Reason = { code: 'partner_data_missing', connectorId: 'c-2', remark: true };
    expect(keys([tooOld, remark, { code: 'no_partner_enabled', remark: true }])).toEqual(keys([tooOld]));
    expect(keys([remark])[0]).toBe('reasons.partner_data_missing.title');
  });

  test('has an answer when there are no reasons', () => {
    expect(keys([])).toEqual([
      'reasons.policy_satisfied.title',
      'reasons.policy_satisfied.text',
      'reasons.policy_satisfied.step',
    ]);
  });

  test('sends nobody to a second step that cannot be taken there', () => {
    expect(keys([{ code: 'mfa_required' }])).toContain('reasons.mfa_required.step');
    expect(keys([{ code: 'mfa_required' }], { canConfirm: false })).toContain('steps.cannotConfirm');
  });

  test.each([
    ['30 days', { key: 'details.notHeardFor', days: 30 }],
    ['1 days', { key: 'details.notHeardFor', days: 1 }],
    ['a while', { key: 'reasons.device_inactive.text' }],
    [undefined, { key: 'reasons.device_inactive.text' }],
  ])('says for how long nobody heard of the device, where the limit is %s', (required, message) => {
    expect(explainForUser([{ code: 'device_inactive', required }]).parts[1]).toMatchObject({ message });
  });

  test('names the help desk of the operator where there is something to ask about', () => {
    const helpDesk = { name: 'IT Service', phone: '+46 8 123 45 67', email: '' };
    expect(explainForUser([threat], { helpDesk }).parts.at(-1)).toEqual({
      kind: 'contact',
      message: { key: 'help.contact', ways: ['IT Service', '+46 8 123 45 67'] },
    });
    expect(keys([{ code: 'policy_satisfied' }], { helpDesk })).not.toContain('help.contact');
    expect(keys([threat], { helpDesk: {} })).not.toContain('help.contact');
  });

  test.each([
    ['iPadOS', 'tablet'],
    ['iPhone OS', 'phone'],
    ['Windows', 'computer'],
    ['macOS', 'computer'],
    ['Mac OS X', 'computer'],
    ['Android', 'other'],
    ['iOS', 'other'],
    ['ChromeOS', 'other'],
    [undefined, 'other'],
  ] as const)('calls a device with %s a %s', (system, noun) => expect(deviceNoun(system)).toBe(noun));
});

describe('where somebody may be watching', () => {
  const hints: UserHints = {
    ...found({ category: 'app.stalkerware', title: 'FlexiSPY', recommendedAction: 'Remove FlexiSPY' }),
    watched: true,
  };

  test.each([
    ['the threat', [threat]],
    ['all that is wrong', [threat, { code: 'device_compromised', connectorId: 'c-1', actual: 'compromised' }, tooOld]],
    ['a period of grace', [grace, threat]],
    ['what is held', [{ ...threat, heldDays: 30 }]],
  ] as readonly [string, readonly Reason[]][])('the device shows nothing of it beside %s', (_, reasons) => {
    const told = explainForUser(reasons, hints);
    expect(JSON.stringify(told)).not.toContain('FlexiSPY');
    expect(told.isFinal).toBe(true);
    expect(told.parts.filter(({ kind }) => kind === 'step').map(({ message }) => message.key)).toEqual([
      'advice.suspectSpyware',
    ]);
    expect(told.parts.at(-1)?.message.key).toBe('returns.help');
  });
});

describe('advice that ends at the help desk', () => {
  test.each(THREAT_CATEGORIES.filter((category) => isFinal(adviceKeyOf(category))))('stands alone: %s', (category) => {
    const told = explainForUser([threat, tooOld], found({ category, recommendedAction: 'Open Trust' }));
    const steps = told.parts.filter(({ kind }) => kind === 'step').map(({ message }) => message.key);
    expect(steps).toEqual([`advice.${adviceKeyOf(category)}`]);
    expect(told.isFinal).toBe(true);
    expect(JSON.stringify(told)).not.toContain('Open Trust');
  });

  test('says of a compromised device the same, whatever was found on it', () => {
    const told = explainForUser(
      [{ ...threat, code: 'device_compromised' }],
      found({ category: 'app.adware', title: 'x' }),
    );
    expect(told.parts.map(({ message }) => message.key)).toEqual([
      'reasons.device_compromised.title',
      'reasons.device_compromised.text',
      'reasons.device_compromised.step',
      'returns.help',
    ]);
  });
});

describe('what is held, for it may be about another device', () => {
  const held: Reason = { ...threat, heldDays: 30 };
  const hints = found({ category: 'app.malware', title: 'Free Torch', recommendedAction: 'Remove it' });

  test('says what was found, that it may be another device, and every way in which access comes back', () => {
    expect(explainForUser([held], hints).parts).toMatchObject([
      { kind: 'title', message: { key: 'held.title' } },
      { kind: 'cause', message: { key: 'held.problem.threat_level_above_allowed' } },
      { kind: 'finding', message: { key: 'held.name', title: { words: 'Free Torch' } } },
      { kind: 'risk', message: { risk: 'high' } },
      { kind: 'cause', message: { key: 'held.which' } },
      { kind: 'step', message: { key: 'held.step' } },
      { kind: 'returns', message: { key: 'held.returns', days: 30 } },
    ]);
  });

  test('of a compromised device ends at the help desk', () => {
    const told = explainForUser([{ ...held, code: 'device_compromised', actual: 'compromised' }], hints);
    expect(told.isFinal).toBe(true);
    expect(told.parts.map(({ message }) => message.key)).toEqual([
      'held.title',
      'held.problem.device_compromised',
      'held.name',
      'held.which',
      'reasons.device_compromised.step',
      'held.returns',
    ]);
  });

  test('of several partners comes back with the last of them', () => {
    const other: Reason = { code: 'partner_app_deactivated', connectorId: 'c-2', heldDays: 7 };
    expect(keys([held, other], hints)).toContain('returns.all');
    expect(keys([held, other], hints)).not.toContain('held.returns');
  });

  test('names the category where the partner has no name for it, and nothing where there is none', () => {
    const name = (category: 'net.mitm' | 'unclassified') =>
      explainForUser([held], found({ category })).parts.find(({ kind }) => kind === 'finding')?.message;
    expect(name('net.mitm')).toMatchObject({ key: 'held.name', title: { key: 'categories.net.mitm' } });
    expect(name('unclassified')).toBeUndefined();
  });

  test('is told as usual where the reason is one that cannot be', () => {
    expect(keys([{ ...tooOld, heldDays: 3 }])).toEqual(keys([tooOld]));
  });
});
