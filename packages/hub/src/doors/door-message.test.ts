import type { Connector, Reason } from '@sallyport/core';
import { CATALOGUES, type Catalogue, ENGLISH } from '@sallyport/texts';
import { describe, expect, test } from 'vitest';
import type { AccessAnswer } from '../view/ports.ts';
import type { HintsView } from '../evidence/user-hints.ts';
import { textOf } from '../evidence/explanation.ts';
import { doorText } from './door-message.ts';

const PARTNERS = ['one', 'two', 'three'];
const CODES = ['threat_level_above_allowed', 'partner_app_misconfigured', 'partner_os_version_unsupported'] as const;
const answer: AccessAnswer = {
  decision: false,
  obligations: [],
  reportOnly: [],
  deviceId: 'd',
  reasons: PARTNERS.map(
    (connectorId, n): Reason => ({ code: CODES[n] as Reason['code'], connectorId, findingIds: ['f'] }),
  ),
};

const doorMessage = (of: AccessAnswer, catalogue: Catalogue, view: HintsView, fits: (text: string) => boolean) =>
  textOf(doorText(of, catalogue, view).message((segments) => fits(textOf(segments))));

function viewWith(recommendedAction: string): HintsView {
  const openFindings = [{ id: 'f', type: 'MALWARE', severity: 'high', recommendedAction }];
  return {
    organization: { helpDesk: { phone: '+46 8 123 45 67' }, timeZone: 'UTC' },
    connector: (id: string) => ({ id, displayName: `App ${id}` }) as Connector,
    posture: () => ({ views: PARTNERS.map((connectorId) => ({ connectorId, openFindings })) }),
  } as unknown as HintsView;
}

const encoded = (text: string) => text.replaceAll(/[^ -~]/gu, (character) => `&#${character.codePointAt(0)};`).length;
const within = (most: number) => (text: string) => encoded(text) <= most;

describe.each([...CATALOGUES])('a message in %s', (language, catalogue) => {
  const without = doorMessage(answer, catalogue, viewWith(''), () => true);

  test.each([
    'Удалите приложение с телефона.',
    'このアプリを削除してください。',
    'ऐप को फ़ोन से हटाएं।',
    'احذف التطبيق من الهاتف.',
    'Remove the app.',
  ])('with the advice of three partners, %s, keeps what is said without them', (sentence) => {
    const view = viewWith(`${sentence} `.repeat(60));
    expect(encoded(doorMessage(answer, catalogue, view, () => true))).toBeGreaterThan(without.length + 200);
    for (const most of [2_900, 2_000, encoded(without)]) {
      const message = doorMessage(answer, catalogue, view, within(most));
      expect(encoded(message)).toBeLessThanOrEqual(most);
      for (const own of new Intl.Segmenter(language, { granularity: 'sentence' }).segment(without))
        expect(message).toContain(own.segment.trim());
    }
    expect(doorMessage(answer, catalogue, view, within(2_900))).toContain(sentence.slice(0, 20));
  });

  test('for which there is next to no room ends with a sentence', () => {
    const message = doorMessage(answer, catalogue, viewWith('Remove the app.'), within(120));
    expect(message).toMatch(/\.$/u);
    expect(without.startsWith(message)).toBe(true);
  });
});

test('whoever may be watched is sent to the help desk and to no page of general steps', () => {
  const watching = viewWith('Remove this stalkerware.');
  expect(doorText(answer, ENGLISH, watching).isFinal).toBe(true);
  expect(doorMessage(answer, ENGLISH, watching, () => true)).not.toMatch(/stalkerware|Open App/u);
  expect(doorText(answer, ENGLISH, viewWith('Remove the app.')).isFinal).toBe(false);
});

test('the words of partners are kept apart from ours, also where they are cut', () => {
  const { message } = doorText(answer, ENGLISH, viewWith('Remove the app. Then restart.'));
  const foreign = (fits: (text: string) => boolean) =>
    message((segments) => fits(textOf(segments))).flatMap(({ text, isForeign }) => (isForeign ? [text] : []));
  expect(foreign(() => true)).toEqual(['Remove the app. Then restart.']);
  const whole = textOf(message(() => true)).length;
  expect(foreign((text) => text.length < whole)).toEqual([]);
});
