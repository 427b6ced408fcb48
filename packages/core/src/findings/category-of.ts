import { GENERAL_PATTERNS, GENERAL_WORDS } from './general-words.ts';
import type { ThreatCategory } from './taxonomy.ts';

/**
 * A partner's own words for kinds of threats, and the category that each means. Words are written as
 * `wordOf` makes them: `ACTIVE_MITM`, `SIDELOADED_APP_S`.
 */
export interface CategoryTable {
  readonly words: Readonly<Record<string, ThreatCategory>>;
  /** For partners that make up words as they go; the first that fits the whole word counts. Tried after `words`. */
  readonly patterns?: readonly (readonly [RegExp, ThreatCategory])[] | undefined;
}

/**
 * The category of a partner's word for a kind of threat. The partner's own table goes first, then the words
 * that all partners share; a word that nobody has mapped is `unclassified`. Pure, and total over all text.
 */
export function categoryOf(table: CategoryTable | undefined, type: string): ThreatCategory {
  const word = wordOf(type);
  return (
    (table && lookUp(table.words, table.patterns, word)) ??
    lookUp(GENERAL_WORDS, GENERAL_PATTERNS, word) ??
    'unclassified'
  );
}

/**
 * A word in the one spelling that tables use: upper case, parts joined by underscores. `Sideloaded App(s)`,
 * `sideloaded-app-s` and `sideloadedAppS` are all `SIDELOADED_APP_S`.
 */
export function wordOf(type: string): string {
  return type
    .slice(0, LONGEST_WORD)
    .replaceAll('iOS', 'IOS')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_|_$/g, '')
    .toUpperCase();
}

/** More is no word. */
const LONGEST_WORD = 256;

function lookUp(
  words: Readonly<Record<string, ThreatCategory>>,
  patterns: CategoryTable['patterns'],
  word: string,
): ThreatCategory | undefined {
  return Object.hasOwn(words, word) ? words[word] : patterns?.find(([pattern]) => pattern.test(word))?.[1];
}
