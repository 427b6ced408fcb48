import type { Language } from '../explain/language.ts';
import { DUTCH_NAMES } from './category-names-nl.ts';
import { SWEDISH_NAMES } from './category-names-sv.ts';
import { nameOfCategory } from './taxonomy.ts';
import type { ThreatCategory } from './taxonomy.ts';

/** What administrators call a category in their language. */
export function categoryNameIn(category: ThreatCategory, language: Language): string {
  switch (language) {
    case 'sv':
      return SWEDISH_NAMES[category];
    case 'nl':
      return DUTCH_NAMES[category];
    case 'en':
      return nameOfCategory(category);
  }
}
