/** Languages that people's texts exist in. */
export type Language = 'en' | 'sv' | 'nl';

export const LANGUAGES: readonly Language[] = ['en', 'sv', 'nl'];

const LONGEST_HEADER = 1_000;

export function isLanguage(word: unknown): word is Language {
  return word === 'en' || word === 'sv' || word === 'nl';
}

/**
 * The language to speak, from an `Accept-Language` header (RFC 9110, section 12.5.4) or a single BCP 47 tag.
 * Tags match by their first subtag, as in RFC 4647's lookup ("sv-FI" is answered in "sv"). Never throws:
 * whatever cannot be read is passed over.
 */
export function pickLanguage(wanted: string | undefined, fallback: Language = 'en'): Language {
  if (wanted === undefined || wanted === '' || wanted.length > LONGEST_HEADER) return fallback;
  if (isLanguage(wanted)) return wanted;
  let best: Language | undefined;
  let bestWeight = 0;
  for (const range of wanted.split(',')) {
    const [tag = '', ...parameters] = range.split(';');
    const primary = tag.trim().split('-')[0]?.toLowerCase();
    const language = primary === '*' ? fallback : primary;
    const weight = weightOf(parameters);
    if (isLanguage(language) && weight > bestWeight) {
      best = language;
      bestWeight = weight;
    }
  }
  return best ?? fallback;
}

function weightOf(parameters: readonly string[]): number {
  const q = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith('q='));
  if (q === undefined) return 1;
  const weight = Number(q.slice(2));
  return weight >= 0 && weight <= 1 ? weight : 0;
}
