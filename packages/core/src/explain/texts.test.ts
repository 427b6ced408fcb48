import { describe, expect, test } from 'vitest';
import { ADVICE } from '../findings/advice.ts';
import { isFinal, type AdviceKey } from '../findings/advice-key.ts';
import { THREAT_CATEGORIES } from '../findings/taxonomy.ts';
import type { Reason, ReasonCode } from '../vocabulary/reason.ts';
import { explainForAdmin } from './admin.ts';
import type { UserHints } from './hints.ts';
import { LANGUAGES, type Language } from './language.ts';
import { explainForUser, inOneLine } from './user.ts';
import { WORDINGS } from './wordings.ts';

/** Made from the tables themselves: a new key, code or language is looked at without anybody adding a test. */

const CODES = Object.keys(WORDINGS.en.texts) as ReasonCode[];
const NOUNS = ['phone', 'tablet', 'computer', 'other'] as const;

/** Every text of a language, by a path such as `texts.device_unknown.title`. */
function leaves(table: object, path = ''): readonly (readonly [string, string])[] {
  return Object.entries(table).flatMap(([key, value]): readonly (readonly [string, string])[] =>
    typeof value === 'string' ? [[`${path}${key}`, value]] : leaves(value as object, `${path}${key}.`),
  );
}
const textsOf = (language: Language) =>
  new Map([...leaves(WORDINGS[language]), ...leaves(ADVICE[language], 'advice.')]);

/** In any order, and a sentence may begin with what stands in the middle of another language's. */
const parametersOf = (text: string) =>
  [
    ...new Set([...text.matchAll(/\{(\w+)\}/gu)].map(([, name = '']) => name.charAt(0).toLowerCase() + name.slice(1))),
  ].toSorted();
/** The words for the device come with grammar: one language repeats them where another has a pronoun. */
const OWN_WORDS = new Set(['thisDevice', 'yourDevice', 'app']);
const valuesOf = (text: string) => parametersOf(text).filter((name) => !OWN_WORDS.has(name));

const FORBIDDEN: Readonly<Record<Language, RegExp>> = {
  en: /\bmend|belongs? to nobody|not exist any ?more|shown? who|your support|at most|within seconds|compliant|MITM|violat|infected|endpoint|!/iu,
  sv: /\brotad|finns inte längre|tillhör ingen|visat vem|kontakta supporten|\bpolicy|högst|inom några sekunder|hjälpmedel|mobilen|!/iu,
  nl: /bestaat niet meer|verbroken|gemiddeld|wifi-netwerk|laten zien wie|toestel|hoogstens|binnen enkele seconden|\bpolicy\b|!/iu,
};

describe.each(LANGUAGES)('the texts in %s', (language) => {
  const texts = textsOf(language);
  const english = textsOf('en');

  test('are there for every key of English, with the same values', () => {
    expect([...texts.keys()].toSorted()).toEqual([...english.keys()].toSorted());
    for (const [key, text] of texts)
      expect([key, ...valuesOf(text)]).toEqual([key, ...valuesOf(english.get(key) ?? '')]);
  });

  test('hold no empty one, and none of English', () => {
    for (const [key, text] of texts) {
      expect([key, text.trim() === text && text !== '']).toEqual([key, true]);
      if (language !== 'en' && / \p{L}+ \p{L}+ /u.test(text))
        expect([key, text === english.get(key)]).toEqual([key, false]);
    }
  });

  test('say nothing that frightens, blames or is not so', () => {
    for (const [key, text] of texts) expect([key, FORBIDDEN[language].exec(text)?.[0]]).toEqual([key, undefined]);
  });

  test('are short', () => {
    for (const code of CODES) {
      const { title, text, nextStep } = WORDINGS[language].texts[code];
      expect([code, title.length <= 60, text.length <= 200, nextStep.length <= 220]).toEqual([code, true, true, true]);
    }
    for (const [key, text] of Object.entries(ADVICE[language])) expect([key, text.length <= 200]).toEqual([key, true]);
  });

  test('are whole sentences with every device, with values and without', () => {
    const full = {
      policyName: 'Phones',
      connectorId: 'c',
      required: '30 days',
      actual: 'highSeverity',
      until: '2026-12-04T10:30:00.000Z',
    };
    for (const code of CODES) {
      for (const device of NOUNS) {
        for (const [reason, hints] of [
          [{ code }, { device }],
          [
            { code, ...full },
            {
              device,
              partners: {
                c: { appName: 'Trust', finding: { category: 'app.adware', title: 'T', recommendedAction: 'Do it' } },
              },
            },
          ],
        ] as readonly [Reason, UserHints][]) {
          const { title, text, nextStep } = explainForUser([reason], language, hints);
          expect(title).toMatch(/^\p{Lu}.*[^.]$/u);
          for (const part of [text, nextStep]) expect(part).toMatch(/^\p{Lu}.*[.”’]$/u);
          expect(`${title} ${text} ${nextStep}`).not.toMatch(/[{}[\]]|undefined| {2}| \.|\.\./u);
          expect(text).not.toBe(`${title}.`);
        }
      }
    }
  });

  test('advise on every kind of finding, and what ends at the help desk stands alone', () => {
    for (const category of THREAT_CATEGORIES) {
      const hints: UserHints = {
        partners: { c: { appName: 'Trust', finding: { category, title: 'T', recommendedAction: 'Open Trust' } } },
      };
      const told = explainForUser(
        [{ code: 'threat_level_above_allowed', connectorId: 'c', actual: 'high' }],
        language,
        hints,
      );
      expect([category, inOneLine(told).length <= 760]).toEqual([category, true]);
    }
    for (const key of Object.keys(ADVICE[language]) as AdviceKey[]) {
      const mentions = { en: /the help desk/u, sv: /it-supporten/u, nl: /de helpdesk/u }[language];
      if (isFinal(key)) expect([key, mentions.test(ADVICE[language][key])]).toEqual([key, true]);
    }
  });
});

test('every code has words for administrators', () => {
  for (const code of CODES) expect(explainForAdmin({ code })).toMatch(/^[A-Z].*[^.]\.$/u);
});
