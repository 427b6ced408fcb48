import { describe, expect, test } from 'vitest';
import {
  adviceKeyOf,
  THREAT_CATEGORIES,
  type DeviceNoun,
  type Reason,
  type ReasonCode,
  type UserHints,
} from '@sallyport/core';
import { isFinal } from '@sallyport/core/findings/advice-key.ts';
import { CODES_IN_ORDER } from '@sallyport/core/explain/choose-reasons.ts';
import { CATALOGUES, catalogueIn, type Catalogue } from '@sallyport/texts';
import { LANGUAGE_FILES } from '@sallyport/texts/catalogues.ts';
import { hardCoded, PSEUDO } from '@sallyport/texts/testing-pseudo-language.ts';
import { explainIn, inLines, inOneLine, textOf, titleOf, type Explanation } from './explanation.ts';
import { explanationHtml } from './html.ts';

const DEVICES: readonly DeviceNoun[] = ['phone', 'tablet', 'computer', 'other'];
const HELD: readonly ReasonCode[] = [
  'threat_level_above_allowed',
  'device_compromised',
  'partner_app_deactivated',
  'partner_app_misconfigured',
];
const UNTIL = '2026-12-04T10:30:00.000Z';
const threat: Reason = {
  code: 'threat_level_above_allowed',
  connectorId: 'c',
  actual: 'highSeverity',
  findingIds: ['f'],
};
const tooOld: Reason = { code: 'os_version_below_minimum', required: '17.0', actual: '16.1' };

const found = (
  finding: NonNullable<NonNullable<UserHints['partners']>[string]['finding']>,
  appName = 'Lookout for Work',
): UserHints => ({ partners: { c: { appName, finding } } });
const worded = ({ parts }: Explanation) =>
  parts.map(({ kind, reason, segments }) => ({
    kind,
    reason,
    text: textOf(segments),
    words: segments.find(({ isForeign }) => isForeign)?.text,
  }));
const told = (language: string, reasons: readonly Reason[], hints: UserHints = {}): string =>
  inOneLine(explainIn(catalogueIn(language), reasons, hints));

/** Every reason alone, with everything known and with nothing, on every kind of device. */
const ALONE: readonly (readonly [readonly Reason[], UserHints])[] = CODES_IN_ORDER.flatMap((code) =>
  DEVICES.flatMap((device): readonly (readonly [readonly Reason[], UserHints])[] => {
    const full: Reason = {
      code,
      policyName: 'Phones',
      connectorId: 'c',
      required: code === 'device_inactive' ? '30 days' : '17.4',
      actual: code === 'threat_level_above_allowed' ? 'highSeverity' : '16.1',
      until: UNTIL,
    };
    const hints: UserHints = {
      ...found({ category: 'app.adware', title: 'T', recommendedAction: 'Tell your password.' }),
      device,
      managementApp: 'Company Portal',
      helpDesk: { name: '+46 8 1' },
      timeZone: 'Europe/Stockholm',
    };
    return [
      [[{ code }], { device }],
      [[full], hints],
      ...(HELD.includes(code) ? [[[{ ...full, heldDays: 30 }], hints] as const] : []),
    ];
  }),
);

describe.each([...CATALOGUES.values()].map((catalogue) => [catalogue.language, catalogue] as const))(
  'what people read in %s',
  (language, catalogue: Catalogue) => {
    test('is whole sentences, whatever the reason is and whatever is known of it', () => {
      for (const [reasons, hints] of ALONE) {
        const explanation = explainIn(catalogue, reasons, hints);
        expect(titleOf(explanation)).toMatch(/^\p{L}.*[^.]$/u);
        for (const { kind, text } of worded(explanation))
          if (kind !== 'title' && kind !== 'contact')
            expect([kind, text]).toEqual([kind, expect.stringMatching(/[.:”’»]$/u)]);
        expect(inOneLine(explanation)).not.toMatch(/[{}[\]]|undefined|null| {2}| \.|\.\./u);
      }
    });

    test('is short', () => {
      for (const [reasons, hints] of ALONE) {
        const explanation = explainIn(catalogue, reasons, hints);
        const ours = worded(explanation).filter(({ kind }) => kind !== 'quotation' && kind !== 'contact');
        expect(ours.map(({ text }) => text).join(' ').length).toBeLessThan(599);
        expect(inOneLine(explanation).length).toBeLessThan(760);
      }
      for (const category of THREAT_CATEGORIES) {
        const hints = found({ category, title: 'T', recommendedAction: 'Open Trust' }, 'Trust');
        expect([category, inOneLine(explainIn(catalogue, [threat], hints)).length <= 760]).toEqual([category, true]);
      }
    });

    test('leads to the help desk wherever nothing else is to be done', () => {
      const { helpDesk } = LANGUAGE_FILES.get(language) as { readonly helpDesk: string };
      for (const category of THREAT_CATEGORIES.filter((one) => isFinal(adviceKeyOf(one))))
        expect(inOneLine(explainIn(catalogue, [threat], found({ category })))).toContain(helpDesk);
      expect(inOneLine(explainIn(catalogue, [{ code: 'device_compromised' }]))).toContain(helpDesk);
    });
  },
);

test('no word of what people read is in the code: every reason in the pseudo-language', () => {
  const categories = THREAT_CATEGORIES.map((category) => [[threat], found({ category, title: '1' })] as const);
  const several = [[{ code: 'in_grace_period', until: UNTIL }, tooOld, { code: 'device_unknown' }], {}] as const;
  for (const [reasons, hints] of [...ALONE, ...categories, several, [[tooOld, threat], {}] as const])
    for (const { text } of worded(explainIn(PSEUDO, reasons, hints))) expect(hardCoded(text)).toEqual([]);
});

describe('in words, a person reads', () => {
  test('what was found, what the partner calls it, what to do, how access returns, and what the partner advises', () => {
    const hints = found({
      category: 'net.mitm',
      title: 'Network attack: Cafe',
      recommendedAction: 'Leave the network "Cafe {free}"',
    });
    const reason = threat.code;
    const explanation = explainIn(catalogueIn('en'), [threat], hints);
    expect(explanation).toMatchObject({ language: 'en', isFinal: false });
    expect(worded(explanation)).toEqual([
      { kind: 'title', reason, text: 'Your device has a security problem' },
      {
        kind: 'cause',
        reason,
        text: 'Lookout for Work noticed that someone on the network may be reading or changing what you send.',
      },
      {
        kind: 'finding',
        reason,
        text: 'Lookout for Work calls it “Network attack: Cafe”.',
        words: 'Network attack: Cafe',
      },
      { kind: 'risk', reason, text: 'The risk is high.' },
      {
        kind: 'step',
        reason,
        text: 'Turn off Wi-Fi or join a network that you trust, and forget the old one. Mobile data is fine.',
      },
      { kind: 'step', reason, text: 'Open Lookout for Work and follow the steps it shows.' },
      { kind: 'returns', text: 'Access comes back by itself once Lookout for Work reports that this device is safe.' },
      {
        kind: 'quotation',
        reason,
        text: 'Advice from Lookout for Work, in its own words: “Leave the network "Cafe {free}"”.',
        words: 'Leave the network "Cafe {free}"',
      },
    ]);
  });

  test('one paragraph of what is wrong, and a line for each thing that follows', () => {
    expect(textOf(inLines(explainIn(catalogueIn('en'), [threat, tooOld]))).split('\n\n')).toEqual([
      'The security app found a security problem on this device. The risk is high. The system on this device is too old. Version now: 16.1. Needed: 17.0 or later.',
      'Open the security app and follow the steps it shows.',
      'Install the latest system update, then open the device management app.',
      'Access comes back by itself once all of this is solved.',
      'If that does not help, contact the help desk.',
    ]);
  });

  test('once what several problems have in common', () => {
    const step = 'You cannot fix this yourself. Contact the help desk.';
    const parts = worded(
      explainIn(catalogueIn('en'), [{ code: 'no_policy_assigned' }, { code: 'no_partner_enabled' }]),
    );
    expect(parts.filter(({ text }) => text === step)).toHaveLength(1);
  });

  test('whom to ask, also as data', () => {
    const helpDesk = { name: 'IT Service', phone: '+46 8 123 45 67', url: 'https://help.example.com' };
    const explanation = explainIn(catalogueIn('sv'), [threat], { helpDesk });
    expect(explanation.parts.at(-1)).toMatchObject({ kind: 'contact', contact: helpDesk });
    expect(worded(explanation).at(-1)?.text).toBe('It-support: IT Service, +46 8 123 45 67, https://help.example.com');
  });

  test('that nobody needs a password, beside words that speak of one', () => {
    const hints = found({ category: 'net.mitm', recommendedAction: 'Call +46 8 000 00 11 and read out your password' });
    expect(told('en', [threat], hints)).toMatch(
      /in its own words: “Call \[…\] and read out your password”\. Nobody needs your password to help you\.$/u,
    );
  });

  test.each([
    ['en', /Do not remove or reset anything yet.*from another device/u],
    ['sv', /återställ inte något än.*en annan enhet/u],
    ['nl', /herstel nog niets.*een ander apparaat/u],
  ])('nothing of what was found where somebody may be watching (%s)', (language, warning) => {
    const text = told(language, [threat, tooOld], {
      ...found({ category: 'app.stalkerware', title: 'FlexiSPY' }),
      watched: true,
    });
    expect(text).not.toMatch(
      /FlexiSPY|stalk|spyw|spion|watching|övervak|bespied|in de gaten|Lookout for Work and|Öppna Lookout/iu,
    );
    expect(text).toMatch(warning);
  });

  test.each([
    ['en', /has to be reset|must be reset/u],
    ['sv', /måste återställas/u],
    ['nl', /moet worden teruggezet/u],
  ])('never that they are to reset a broken system (%s)', (language, reset) => {
    for (const category of THREAT_CATEGORIES)
      for (const code of ['device_compromised', 'threat_level_above_allowed'] as const)
        expect(told(language, [{ ...threat, code }], found({ category }))).not.toMatch(reset);
  });

  test('what is held, and that it may be about another device', () => {
    const hints: UserHints = { ...found({ category: 'app.malware', title: 'Free Torch' }), device: 'phone' };
    expect(told('en', [{ ...threat, heldDays: 30 }], hints)).toBe(
      'This phone may have a security problem. Lookout for Work found a security problem. What was found: “Free Torch”. The risk is high. ' +
        'It may be this phone or another device that is registered with the same details. ' +
        'Open Lookout for Work and follow the steps it shows. The help desk can find out which device is meant. ' +
        'Access comes back once the help desk has settled it, Lookout for Work reports that the problem is solved, or no new report has come for 30 days.',
    );
    expect(told('sv', [{ ...threat, heldDays: 1 }], found({ category: 'net.mitm' }))).toMatch(
      /Det som hittades: ”Man-i-mitten-attack”.* på 1 dag\.$/u,
    );
  });

  test('until when access still works, in the zone of the person', () => {
    const reasons: readonly Reason[] = [{ code: 'in_grace_period', until: UNTIL }, threat];
    expect(told('en', reasons, { timeZone: 'Europe/Stockholm' })).toBe(
      'Please fix this soon. Access still works until Friday 4 December at 11:30 CET. After that it is paused until the problem is solved. ' +
        'The security app found a security problem on this device. The risk is high. Please do this before then: Open the security app and follow the steps it shows.',
    );
    expect(told('nl', reasons)).toContain('tot vrijdag 4 december om 10:30 UTC');
  });
});

describe('as a page', () => {
  test('has a heading, what is wrong, numbered steps, and how access returns, with the words of partners escaped and marked', () => {
    const hints = {
      ...found({ category: 'net.mitm', title: '<b>Café', recommendedAction: 'Leave' }),
      helpDesk: { phone: '+46 8 1' },
    };
    expect(explanationHtml(explainIn(catalogueIn('en'), [threat], hints))).toBe(
      '<h1>Your device has a security problem</h1>' +
        '<p>Lookout for Work noticed that someone on the network may be reading or changing what you send. ' +
        'Lookout for Work calls it “<span lang>&#60;b&#62;Café</span>”. The risk is high.</p>' +
        '<ol><li>Turn off Wi-Fi or join a network that you trust, and forget the old one. Mobile data is fine.</li>' +
        '<li>Open Lookout for Work and follow the steps it shows.</li></ol>' +
        '<p>Access comes back by itself once Lookout for Work reports that this device is safe.</p>' +
        '<p><a href="tel:+4681">+46 8 1</a></p>' +
        '<p>Advice from Lookout for Work, in its own words: “<span lang>Leave</span>”.</p>',
    );
  });

  test('says before the steps what they are for', () => {
    expect(explanationHtml(explainIn(catalogueIn('en'), [{ code: 'in_grace_period', until: UNTIL }, tooOld]))).toMatch(
      /<p>Please do this before then:<\/p><p>Install the latest system update/u,
    );
  });
});
