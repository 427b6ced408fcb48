import { HubError } from '@sallyport/contracts';
import { z } from 'zod';

/** A place in a list as its clients carry it from page to page, without a meaning to them. */
export function writeCursor(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place), 'utf8').toString('base64url');
}

/** @throws HubError `invalid_request` for what is no cursor of the list that `place` is about */
export function readCursor<Place extends z.ZodType>(cursor: string, place: Place): z.infer<Place> {
  const parsed = place.safeParse(jsonIn(cursor));
  if (!parsed.success)
    throw new HubError(
      'invalid_request',
      'The cursor is not one of this list; give nextCursor of the page before as it is.',
      { field: 'cursor' },
    );
  return parsed.data;
}

/** Of the query: short enough for any address, long enough for every place. */
export const cursorParameter = z.string().min(1).max(2048).optional().describe('`nextCursor` of the page before.');

export const nextCursor = z.string().nullable().describe('null on the last page.');

function jsonIn(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
