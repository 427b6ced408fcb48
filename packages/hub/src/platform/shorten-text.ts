type Granularity = 'sentence' | 'word' | 'grapheme';

const ELLIPSIS = '…';

/**
 * The longest beginning of a text that fits: whole sentences where one does, else whole words and an ellipsis, else
 * characters as people see them. Sentences and words are those of Unicode (UAX 29), so every script has them.
 *
 * @param language as a BCP 47 tag
 * @param fits holds for the beginnings of every text that it holds for
 * @returns `''` where nothing fits
 */
export function shortenText(text: string, language: string, fits: (text: string) => boolean): string {
  if (fits(text)) return text;
  const whole = longestOf(text, language, 'sentence', '', fits);
  if (whole !== '') return whole;
  const words = longestOf(text, language, 'word', ELLIPSIS, fits);
  return words === '' ? longestOf(text, language, 'grapheme', ELLIPSIS, fits) : words;
}

function longestOf(
  text: string,
  language: string,
  granularity: Granularity,
  end: string,
  fits: (text: string) => boolean,
): string {
  const ends = Array.from(
    new Intl.Segmenter(language, { granularity }).segment(text),
    ({ index, segment }) => index + segment.length,
  );
  const beginning = (count: number): string => text.slice(0, ends[count - 1] ?? 0).trimEnd();
  let fitting = 0;
  let tooMany = ends.length;
  while (fitting + 1 < tooMany) {
    const middle = (fitting + tooMany) >>> 1;
    if (fits(beginning(middle) + end)) fitting = middle;
    else tooMany = middle;
  }
  const found = beginning(fitting);
  return found === '' ? '' : found + end;
}
