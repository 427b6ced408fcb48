/**
 * Whether a text can be kept and shown: no control characters except line ends and tabs, no half of a
 * surrogate pair. PostgreSQL refuses a NUL, and one refused value would fail the whole batch it came in.
 */
export function isPlainText(text: string): boolean {
  return text.isWellFormed() && !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/.test(text);
}

/** Turns the direction of what stands around it (Unicode UAX #9): no name of a threat needs it, and whoever names a network can put it there. */
const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** What a vendor wrote, made fit to keep and cut at `max` characters; `undefined` where it wrote nothing. */
export function plainText(value: unknown, max: number): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const text = String(value)
    .toWellFormed()
    .replace(TURNING, '')
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim();
  if (text === '' || text.toLowerCase() === 'null') return undefined;
  return text.slice(0, max).toWellFormed();
}
