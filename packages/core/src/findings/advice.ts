import type { Language } from '../explain/language.ts';
import { fillIn, type TextValues } from '../explain/text.ts';
import { appOf, deviceWords, WORDINGS } from '../explain/wordings.ts';
import { ENGLISH_ADVICE } from './advice-en.ts';
import type { AdviceKey, AdviceTexts } from './advice-key.ts';
import { DUTCH_ADVICE } from './advice-nl.ts';
import { SWEDISH_ADVICE } from './advice-sv.ts';
import { adviceKeyOf } from './taxonomy.ts';
import type { ThreatCategory } from './taxonomy.ts';

export const ADVICE: Readonly<Record<Language, AdviceTexts>> = {
  en: ENGLISH_ADVICE,
  sv: SWEDISH_ADVICE,
  nl: DUTCH_ADVICE,
};

/**
 * What the person with the device should do about a threat of this category, in one to three sentences;
 * `undefined` for `unclassified`, where only the partner can tell.
 */
export function adviceFor(category: ThreatCategory, language: Language): string | undefined {
  const key = adviceKeyOf(category);
  const wording = WORDINGS[language];
  return key && adviceText(key, language, { ...appOf(undefined, wording), ...deviceWords('other', wording) });
}

/** @param values the words for `{app}` and `{thisDevice}` */
export function adviceText(key: AdviceKey, language: Language, values: TextValues): string {
  return fillIn(ADVICE[language][key], values);
}
