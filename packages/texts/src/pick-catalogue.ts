import type { Catalogue } from './catalogue.ts';
import { CATALOGUES, ENGLISH } from './catalogues.ts';

const LONGEST_HEADER = 1_000;

const BY_TAG: ReadonlyMap<string, Catalogue> = new Map(
  [...CATALOGUES].map(([language, catalogue]) => [language.toLowerCase(), catalogue]),
);

const LONGEST_FIRST = [...BY_TAG].toSorted(([a], [b]) => b.length - a.length);

/**
 * The language to speak, from an `Accept-Language` header (RFC 9110, section 12.5.4) or a single BCP 47 tag. Each range
 * is looked up by RFC 4647, section 3.4: "sv-FI" is answered in "sv" where there is no "sv-FI". Never throws: whatever cannot
 * be read is passed over.
 */
export function pickCatalogue(wanted: string | undefined, fallback: Catalogue = ENGLISH): Catalogue {
  if (wanted === undefined || wanted === '' || wanted.length > LONGEST_HEADER) return fallback;
  const exact = BY_TAG.get(wanted);
  if (exact !== undefined) return exact;
  let best: Catalogue | undefined;
  let bestWeight = 0;
  for (const item of wanted.split(',')) {
    const [range = '', ...parameters] = item.split(';');
    const weight = weightOf(parameters);
    if (weight <= bestWeight) continue;
    const found = range.trim() === '*' ? fallback : lookUp(range.trim().toLowerCase());
    if (found === undefined) continue;
    best = found;
    bestWeight = weight;
  }
  return best ?? fallback;
}

/**
 * The longest tag that the range begins with. Looked for among the tags, of which there are few, and not by shortening the
 * range as RFC 4647, section 3.4 words it: a range of five hundred subtags would be shortened five hundred times.
 */
function lookUp(range: string): Catalogue | undefined {
  return LONGEST_FIRST.find(([tag]) => range === tag || range.startsWith(`${tag}-`))?.[1];
}

function weightOf(parameters: readonly string[]): number {
  const q = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith('q='));
  if (q === undefined) return 1;
  const weight = Number(q.slice(2));
  return weight >= 0 && weight <= 1 ? weight : 0;
}
