/**
 * Text from elsewhere, safe for a terminal: names of devices and networks are chosen by strangers, and control
 * characters in them could rewrite what was printed before, or turn the reading direction.
 */
export function plain(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}
