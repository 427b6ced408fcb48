import type { Language } from '../explain/language.ts';
import { ENGLISH_ADVICE } from './advice-en.ts';
import type { AdviceTexts } from './advice-key.ts';
import { DUTCH_ADVICE } from './advice-nl.ts';
import { SWEDISH_ADVICE } from './advice-sv.ts';
import { adviceKeyOf } from './taxonomy.ts';
import type { ThreatCategory } from './taxonomy.ts';

const TEXTS: Readonly<Record<Language, AdviceTexts>> = { en: ENGLISH_ADVICE, sv: SWEDISH_ADVICE, nl: DUTCH_ADVICE };

/**
 * What the person with the device should do about a threat of this category, in one or two sentences;
 * `undefined` for `unclassified`, where only the partner can tell.
 */
export function adviceFor(category: ThreatCategory, language: Language): string | undefined {
  const key = adviceKeyOf(category);
  return key && TEXTS[language][key];
}
