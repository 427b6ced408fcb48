import { z } from 'zod';
import { parseIsoInstant } from '../../vendors/kit/iso-instant.ts';

/** Which of two lists is newer decides what is kept, so a time that cannot be read is refused and not guessed. Milliseconds since 1970. */
export const toldTime = z.string().transform((text, context) => {
  const at = parseIsoInstant(text);
  if (at !== undefined) return at;
  context.addIssue({ code: 'invalid_format', format: 'datetime' });
  return z.NEVER;
});
