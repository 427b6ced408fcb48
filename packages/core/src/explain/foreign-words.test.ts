import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foreignWords, nameWords } from './foreign-words.ts';

describe('words of a stranger', () => {
  test.each([
    ['turn nothing around', 'Pay \u202Eevil\u202C \u2066now\u2069\u200F', 'Pay evil now'],
    ['hide nothing', 'a\u200Bb\u00ADc\u{E0041}d\u0000e', 'abcd e'],
    [
      'are no links',
      'See https://bad.example/a.b?c and www.bad.example or mail x@bad.example',
      'See bad[.]example/a[.]b?c and www[.]bad[.]example or mail x[@]bad[.]example',
    ],
    [
      'are no links by other dots',
      'evil．example evil。example evil｡example 文。文',
      'evil[.]example evil[.]example evil[.]example 文。文',
    ],
    ['are no links to numbers', 'Open 1.2.3.4/x or 1.2.3.4:8080', 'Open 1[.]2[.]3[.]4/x or 1[.]2[.]3[.]4:8080'],
    ['hold no mail addresses', 'a.b@localhost, x＠evil', 'a.b[@]localhost, x[@]evil'],
    [
      'hold no telephone numbers with dots',
      'Call 46.8.123.4567, +46.70.123.45.67, 070.123.45.67, 555.123.4567',
      'Call […], […], […], […]',
    ],
    ['are no links, and end like sentences', 'See https://bad.example.', 'See bad[.]example.'],
    ['are no links of other kinds', 'javascript:alert(1) mailto:a tel:112', 'alert(1) a 112'],
    [
      'hold no telephone numbers',
      'Call +46 8 123 45 67, (020) 1234-5678 or 0701234567 now',
      'Call […], […] or […] now',
    ],
    [
      'keep versions, dates, addresses and numbers of CVEs',
      'iOS 17.4.1 (21E236), 10.0.22621.1848, 2026-12-04, 08.12.2026, 120.0.6099.129, 192.168.1.10, CVE-2024-12345',
      'iOS 17.4.1 (21E236), 10.0.22621.1848, 2026-12-04, 08.12.2026, 120.0.6099.129, 192.168.1.10, CVE-2024-12345',
    ],
    ['cannot end our quotation', 'x”. Now do: “y', 'x". Now do: "y'],
    ['pile no marks', `e${'\u0301'.repeat(50)}`, `e${'\u0301'.repeat(3)}`],
    ['that are read from the right stand by themselves', 'עזבו את הרשת', '\u2068עזבו את הרשת\u2069'],
  ])('%s', (_, words, shown) => expect(foreignWords(words, 300)).toBe(shown));

  test.each([
    ['', undefined],
    [' \u202E\u200B ', undefined],
    ['...', undefined],
  ])('%j is nothing', (words, shown) => expect(foreignWords(words, 300)).toBe(shown));

  test('are cut at a sentence, else at a word', () => {
    expect(foreignWords('One sentence. Another one that is far too long', 30)).toBe('One sentence.');
    expect(foreignWords('no sentence ends anywhere in these words', 20)).toBe('no sentence ends…');
    expect(nameWords('😀'.repeat(100), 21)).toBe(`${'😀'.repeat(10)}…`);
  });

  test('are short, visible and unlinked whatever they were, before the time-out', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (words) => {
        const shown = foreignWords(words, 100) ?? '';
        expect(shown.length).toBeLessThanOrEqual(103);
        expect(shown).not.toMatch(/:\/\/|[\u202a-\u202e\u200b-\u200f]|\p{Cc}/u);
        expect(shown.isWellFormed()).toBe(true);
      }),
    );
    for (const piece of ['a.', '1 ', '(1-', 'aa://', '\u0301', 'x:']) foreignWords(piece.repeat(100_000), 300);
  });
});
