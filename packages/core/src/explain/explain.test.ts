import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Reason } from '../vocabulary/reason.ts';
import { THREAT_CATEGORIES } from '../findings/taxonomy.ts';
import { explainForAdmin } from './admin.ts';
import { deviceNoun } from './device-noun.ts';
import { asksForSecrets, foreignWords, nameWords } from './foreign-words.ts';
import type { UserHints } from './hints.ts';
import { LANGUAGES, pickLanguage } from './language.ts';
import { explainForUser, inOneLine } from './user.ts';

const UNTIL = '2026-12-04T10:30:00.000Z';
const threat: Reason = {
  code: 'threat_level_above_allowed',
  policyId: 'p-1',
  policyName: 'Phones',
  rule: 'r',
  connectorId: 'c-1',
  required: 'low',
  actual: 'highSeverity',
  findingIds: ['f-1'],
  disagreeing: ['c-2'],
};
const tooOld: Reason = { code: 'os_version_below_minimum', required: '17.0', actual: '16.1' };

const found = (
  finding: NonNullable<NonNullable<UserHints['partners']>[string]['finding']>,
  appName = 'Lookout for Work',
): UserHints => ({ partners: { 'c-1': { appName, finding } } });

describe('what the person reads', () => {
  test('says what was found, what the partner calls it, what to do and how access returns', () => {
    expect(
      explainForUser(
        [threat],
        'en',
        found({
          category: 'net.mitm',
          title: 'Network attack: Cafe',
          recommendedAction: 'Leave the network "Cafe {free}"',
        }),
      ),
    ).toMatchObject({
      title: 'Your device has a security problem',
      text: 'Lookout for Work noticed that someone on the network may be reading or changing what you send. Lookout for Work calls it “Network attack: Cafe”. The risk is high.',
      nextStep:
        'Turn off Wi-Fi or join a network that you trust, and forget the old one. Mobile data is fine. Open Lookout for Work and follow the steps it shows. ' +
        'Access comes back by itself once Lookout for Work reports that this device is safe. ' +
        'Advice from Lookout for Work, in its own words: “Leave the network "Cafe {free}"”.',
    });
  });

  test('has the general step where nothing is known of the finding', () => {
    expect(explainForUser([threat], 'en', found({ category: 'unclassified' }))).toEqual(
      explainForUser([threat], 'en', { partners: { 'c-1': { appName: 'Lookout for Work' } } }),
    );
    expect(explainForUser([{ code: 'device_unknown' }], 'en', found({ category: 'net.mitm' })).nextStep).not.toContain(
      'Turn off Wi-Fi',
    );
  });

  test.each(LANGUAGES)(
    'never allows a secured device at most: a level stands in no sentence about what is required (%s)',
    (language) => {
      const told = inOneLine(explainForUser([{ ...threat, required: 'secured' }], language));
      for (const word of ['secured', 'säker,', 'hoogstens', 'at most', 'högst']) expect(told).not.toContain(word);
    },
  );

  test('speaks of levels in the language of the person', () => {
    expect(explainForUser([threat], 'sv').text).toContain('hög');
    expect(explainForUser([threat], 'nl').text).toContain('hoog');
    expect(explainForUser([{ ...threat, actual: 'mediumSeverity' }], 'nl').text).toContain('middelhoog');
  });

  test('says the cause and not merely that the device is noncompliant', () => {
    expect(explainForUser([{ code: 'device_noncompliant', policyId: 'ca-1' }, threat], 'en').title).toBe(
      'Your device has a security problem',
    );
  });

  test('tells several problems together, each once, and that access comes back with the last of them', () => {
    const told = explainForUser([tooOld, threat, threat], 'en');
    expect(told.text).toMatch(/security problem .* too old/u);
    expect(told.text.match(/security problem/gu)).toHaveLength(1);
    expect(told.nextStep.match(/Access comes back/gu)).toHaveLength(1);
    expect(told.nextStep).toContain('once all of this is solved');
  });

  test('calls each partner by the name of its own app, and never gives a brand a capital', () => {
    const hints: UserHints = {
      partners: { 'c-1': { appName: 'iVerify Enterprise' }, 'c-2': { appName: 'Jamf Trust' } },
    };
    const told = explainForUser([threat, { code: 'partner_os_version_unsupported', connectorId: 'c-2' }], 'en', hints);
    expect(told.text).toContain('iVerify Enterprise found');
    expect(told.text).toContain('Jamf Trust does not support');
  });

  test('tells nothing of an old finding beside a problem that is another', () => {
    const told = inOneLine(
      explainForUser(
        [{ code: 'partner_silent', connectorId: 'c-1' }],
        'en',
        found({ category: 'app.malware', title: 'Bad app', recommendedAction: 'Remove it' }),
      ),
    );
    expect(told).not.toMatch(/remove|Bad app/iu);
  });

  test.each([
    ['partner_os_version_unsupported', 'en'],
    ['os_version_below_minimum', 'sv'],
  ] as const)('about an old system (%s) does not send anybody to the security app', (code, language) => {
    for (const reasons of [
      [{ code, connectorId: 'c-1' }],
      [
        { code: 'in_grace_period' as const, until: UNTIL },
        { code, connectorId: 'c-1' },
      ],
    ]) {
      expect(explainForUser(reasons, language, found({})).nextStep).not.toContain('Lookout');
    }
  });

  test('warns of the end of a grace period while access still works, in the zone of the person', () => {
    const reasons: Reason[] = [{ code: 'policy_satisfied' }, { code: 'in_grace_period', until: UNTIL }, threat];
    const told = explainForUser(reasons, 'en', { timeZone: 'Europe/Stockholm' });
    expect(told.title).toBe('Please fix this soon');
    expect(told.text).toContain('Access still works until Friday 4 December at 11:30 CET. After that it is paused');
    expect(told.nextStep).toMatch(/^Please do this before then: Open the security app/u);
    expect(explainForUser(reasons, 'sv', { timeZone: 'Europe/Stockholm' }).text).toContain(
      'till fredag 4 december kl. 11:30 CET',
    );
    expect(explainForUser(reasons, 'nl', { timeZone: 'no/such' }).text).toContain(
      'tot vrijdag 4 december om 10:30 UTC',
    );
  });

  test('speaks of the block and not of the grace period where both are there', () => {
    expect(explainForUser([{ code: 'blocked_by_policy' }, { code: 'in_grace_period' }], 'en').title).toBe(
      'Access is not allowed here',
    );
  });

  test('leaves out what closed nothing, wherever something else did', () => {
    const remark: Reason = { code: 'partner_data_missing', connectorId: 'c-2', remark: true };
    expect(explainForUser([tooOld, remark, { code: 'no_partner_enabled', remark: true }], 'en')).toEqual(
      explainForUser([tooOld], 'en'),
    );
    expect(explainForUser([remark], 'en').title).toBe('The security app has not reported yet');
  });

  test('has an answer when there are no reasons', () => expect(explainForUser([], 'en').title).toBe('You have access'));

  test('sends nobody to a second step that cannot be taken there', () => {
    expect(explainForUser([{ code: 'mfa_required' }], 'en').nextStep).toMatch(/^Sign in again/u);
    expect(explainForUser([{ code: 'mfa_required' }], 'en', { canConfirm: false }).nextStep).toMatch(
      /^You cannot confirm here/u,
    );
  });

  test('says for how long nobody heard of the device', () => {
    expect(explainForUser([{ code: 'device_inactive', required: '30 days' }], 'sv').text).toBe(
      'Din organisation har inte hört av enheten på mer än 30 dagar.',
    );
    expect(explainForUser([{ code: 'device_inactive', required: '1 days' }], 'en').text).toContain(
      'for more than 1 day.',
    );
    expect(explainForUser([{ code: 'device_inactive' }], 'nl').text).toContain('te lang');
  });

  test('names the help desk of the operator where there is something to ask about', () => {
    const helpDesk = { name: 'IT Service', phone: '+46 8 123 45 67', url: 'https://help.example.com' };
    expect(explainForUser([threat], 'en', { helpDesk }).nextStep).toMatch(
      /Help desk: IT Service, \+46 8 123 45 67, https:\/\/help\.example\.com$/u,
    );
    expect(explainForUser([{ code: 'policy_satisfied' }], 'en', { helpDesk }).nextStep).not.toContain('IT Service');
    expect(explainForUser([threat], 'sv', { helpDesk: {} }).nextStep).not.toContain('It-support:');
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
  const reasons: Reason[] = [threat, { code: 'device_compromised', connectorId: 'c-1', actual: 'compromised' }, tooOld];
  const hints: UserHints = {
    ...found({ category: 'app.stalkerware', title: 'FlexiSPY', recommendedAction: 'Remove FlexiSPY' }),
    watched: true,
  };

  test.each(LANGUAGES)(
    'the device shows nothing of it, and nothing is removed, reset or solved there (%s)',
    (language) => {
      for (const chosen of [[threat], reasons, [{ code: 'in_grace_period' as const, until: UNTIL }, threat]]) {
        const told = inOneLine(explainForUser(chosen, language, hints));
        expect(told).not.toMatch(
          /FlexiSPY|stalk|spyw|spion|watching|övervak|bespied|in de gaten|Open Lookout|Öppna Lookout/iu,
        );
        expect(told).toMatch(
          {
            en: /Do not remove or reset anything yet.*from another device/u,
            sv: /återställ inte något än.*en annan enhet/u,
            nl: /herstel nog niets.*een ander apparaat/u,
          }[language],
        );
      }
    },
  );
});

describe('a broken system', () => {
  test.each(LANGUAGES)('is never to be reset by its user (%s)', (language) => {
    const reset = { en: /has to be reset|must be reset/u, sv: /måste återställas/u, nl: /moet worden teruggezet/u }[
      language
    ];
    for (const category of THREAT_CATEGORIES) {
      for (const code of ['device_compromised', 'threat_level_above_allowed'] as const)
        expect(inOneLine(explainForUser([{ ...threat, code }], language, found({ category })))).not.toMatch(reset);
    }
  });
});

describe('words of a stranger', () => {
  test.each([
    ['turn nothing around', 'Pay \u202Eevil\u202C \u2066now\u2069\u200F', 'Pay evil now'],
    ['hide nothing', 'a\u200Bb\u00ADc\u{E0041}d\u0000e', 'abcd e'],
    [
      'are no links',
      'See https://bad.example/a.b?c and www.bad.example or mail x@bad.example',
      'See bad[.]example/a[.]b?c and www[.]bad[.]example or mail x[@]bad[.]example',
    ],
    [
      'are no links by other dots',
      'evil．example evil。example evil｡example 文。文',
      'evil[.]example evil[.]example evil[.]example 文。文',
    ],
    ['are no links to numbers', 'Open 1.2.3.4/x or 1.2.3.4:8080', 'Open 1[.]2[.]3[.]4/x or 1[.]2[.]3[.]4:8080'],
    ['hold no mail addresses', 'a.b@localhost, x＠evil', 'a.b[@]localhost, x[@]evil'],
    [
      'hold no telephone numbers with dots',
      'Call 46.8.123.4567, +46.70.123.45.67, 070.123.45.67, 555.123.4567',
      'Call […], […], […], […]',
    ],
    ['are no links, and end like sentences', 'See https://bad.example.', 'See bad[.]example.'],
    ['are no links of other kinds', 'javascript:alert(1) mailto:a tel:112', 'alert(1) a 112'],
    [
      'hold no telephone numbers',
      'Call +46 8 123 45 67, (020) 1234-5678 or 0701234567 now',
      'Call […], […] or […] now',
    ],
    [
      'keep versions, dates, addresses and numbers of CVEs',
      'iOS 17.4.1 (21E236), 10.0.22621.1848, 2026-12-04, 08.12.2026, 120.0.6099.129, 192.168.1.10, CVE-2024-12345',
      'iOS 17.4.1 (21E236), 10.0.22621.1848, 2026-12-04, 08.12.2026, 120.0.6099.129, 192.168.1.10, CVE-2024-12345',
    ],
    ['cannot end our quotation', 'x”. Now do: “y', 'x". Now do: "y'],
    ['pile no marks', `e${'\u0301'.repeat(50)}`, `e${'\u0301'.repeat(3)}`],
    ['that are read from the right stand by themselves', 'עזבו את הרשת', '\u2068עזבו את הרשת\u2069'],
  ])('%s', (_, words, shown) => expect(foreignWords(words, 300)).toBe(shown));

  test.each([
    ['', undefined],
    [' \u202E\u200B ', undefined],
    ['...', undefined],
  ])('%j is nothing', (words, shown) => expect(foreignWords(words, 300)).toBe(shown));

  test('are cut at a sentence, else at a word', () => {
    expect(foreignWords('One sentence. Another one that is far too long', 30)).toBe('One sentence.');
    expect(foreignWords('no sentence ends anywhere in these words', 20)).toBe('no sentence ends…');
    expect(nameWords('😀'.repeat(100), 21)).toBe(`${'😀'.repeat(10)}…`);
  });

  test('are short, visible and unlinked whatever they were, before the time-out', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (words) => {
        const shown = foreignWords(words, 100) ?? '';
        expect(shown.length).toBeLessThanOrEqual(103);
        expect(shown).not.toMatch(/:\/\/|[\u202a-\u202e\u200b-\u200f]|\p{Cc}/u);
        expect(shown.isWellFormed()).toBe(true);
      }),
    );
    for (const piece of ['a.', '1 ', '(1-', 'aa://', '\u0301', 'x:']) foreignWords(piece.repeat(100_000), 300);
  });

  test('that speak of passwords are told beside that nobody needs one', () => {
    for (const words of ['read out your password', 'enter your PIN', 'Geef je wachtwoord'])
      expect(asksForSecrets(words)).toBe(true);
    expect(asksForSecrets('Leave the network')).toBe(false);
    const told = explainForUser(
      [threat],
      'en',
      found({ category: 'net.mitm', recommendedAction: 'Call +46 8 000 00 11 and read out your password' }),
    ).nextStep;
    expect(told).toMatch(
      /in its own words: “Call \[…\] and read out your password”\. Nobody needs your password to help you\.$/u,
    );
  });
});

test('an administrator reads policy, rule, partner, finding, required and actual by their names', () => {
  expect(
    explainForAdmin(threat, {
      connectors: { 'c-1': 'Lookout for Work', 'c-2': 'Zimperium' },
      findings: { 'f-1': 'Network "attack"\u202E' },
    }),
  ).toBe(
    'The device threat level is above what the policy allows: policy "Phones"; rule r; partner "Lookout for Work"; required low; ' +
      'actual highSeverity; other partners disagree: "Zimperium"; finding "Network \'attack\'".',
  );
  expect(
    explainForAdmin(
      { code: 'device_of_other_user', policyId: 'p-1' },
      { user: 'ben@example.com', owner: 'ada@example.com' },
    ),
  ).toBe(
    'The primary user of the device is not the user of the request: policy p-1; user "ben@example.com"; primary user "ada@example.com".',
  );
  expect(explainForAdmin({ ...threat, findingIds: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] })).toContain(
    'findings a, b, c, d, e and 2 more',
  );
});

describe('pickLanguage', () => {
  test.each([
    ['sv', 'sv'],
    ['sv-FI', 'sv'],
    ['NL-be', 'nl'],
    ['de, nl;q=0.5, en;q=0.4', 'nl'],
    ['en;q=0.1, sv;q=0.9', 'sv'],
    ['sv;q=0, nl;q=0.2', 'nl'],
    ['de', 'en'],
    ['', 'en'],
    ['*', 'en'],
    [';;;,,q=', 'en'],
    ['sv;q=7, nl', 'nl'],
    ['svenska', 'en'],
    [`${'a,'.repeat(5_000)}sv`, 'en'],
  ] as const)('%j is answered in %s', (wanted, language) => {
    expect(pickLanguage(wanted)).toBe(language);
  });

  test('falls back to what the caller prefers', () => {
    expect(pickLanguage(undefined, 'nl')).toBe('nl');
    expect(pickLanguage('*', 'sv')).toBe('sv');
  });
});

describe('what is held, for it may be about another device', () => {
  const held: Reason = { ...threat, heldDays: 30 };
  const hints: UserHints = {
    ...found({ category: 'app.malware', title: 'Free Torch', recommendedAction: 'Remove it' }),
    device: 'phone',
  };

  test('says what was found, that it may be another device, and every way in which access comes back', () => {
    expect(explainForUser([held], 'en', hints)).toMatchObject({
      title: 'This phone may have a security problem',
      text: 'Lookout for Work found a security problem. What was found: “Free Torch”. The risk is high. It may be this phone or another device that is registered with the same details.',
      nextStep:
        'Open Lookout for Work and follow the steps it shows. The help desk can find out which device is meant. ' +
        'Access comes back once the help desk has settled it, Lookout for Work reports that the problem is solved, or no new report has come for 30 days.',
    });
  });

  test.each(LANGUAGES)('promises nothing of this device, and fits a small screen (%s)', (language) => {
    for (const code of [
      'threat_level_above_allowed',
      'device_compromised',
      'partner_app_deactivated',
      'partner_app_misconfigured',
    ] as const) {
      const told = inOneLine(
        explainForUser(
          [{ ...held, code, actual: code === 'threat_level_above_allowed' ? 'high' : 'compromised' }],
          language,
          hints,
        ),
      );
      expect(told).toContain('Free Torch');
      expect(told).toContain('30 ');
      expect(told).not.toContain('compromised');
      expect(told.length).toBeLessThan(600);
    }
  });

  test('without a title the category is named, and one day is one', () => {
    expect(
      explainForUser([{ ...held, heldDays: 1 }], 'sv', { ...hints, ...found({ category: 'net.mitm' }) }).text,
    ).toMatch(/Det som hittades: ”.+”/u);
    expect(explainForUser([{ ...held, heldDays: 1 }], 'en', hints).nextStep).toContain('for 1 day');
  });

  test('is not told on a device that somebody may be watching', () => {
    const told = inOneLine(
      explainForUser([held], 'en', { ...found({ category: 'app.stalkerware', title: 'FlexiSPY' }), watched: true }),
    );
    expect(told).not.toContain('FlexiSPY');
    expect(told).toContain('They help you get access back.');
  });

  test('is told to administrators with how it ends', () => {
    expect(explainForAdmin(held)).toContain(
      'may be about another device with the same key; ends with the next level of that record of the partner, by "sallyport report assign", or 30 days after its last report',
    );
  });
});
