import { HubError } from '@sallyport/contracts';
import { z } from 'zod';
import type { DevicePosition } from '../../../store/store.ts';
import type { GraphRequest } from './route.ts';

/** Items on a page when the caller does not say. */
export const PAGE_SIZE = 100;

/**
 * Where the next page begins: after so many items, after an id, after a place in the order of devices, or, in a
 * list that is at hand as a whole, at an item. Opaque to clients. Only the first loses or repeats items when some come or go
 * between two pages.
 */
export type PageStart =
  | { readonly offset: number }
  | { readonly afterId: string }
  | { readonly position: DevicePosition }
  | { readonly at: ItemPlace };

/** The item that comes next, the one before it in case that one goes, and how many there were before in case both do. */
export interface ItemPlace {
  readonly next: string;
  readonly last: string;
  readonly offset: number;
}

const POSITION = z.strictObject({
  id: z.string().max(256),
  values: z.array(z.union([z.string(), z.number(), z.null()])).max(50),
});
const PLACE = z.strictObject({ next: z.string(), last: z.string(), offset: z.int().nonnegative() });

export function readSkipToken(token: string | undefined): PageStart | undefined {
  if (token === undefined) return undefined;
  const start = /^[A-Za-z0-9_-]{1,8000}$/.test(token)
    ? parseStart(Buffer.from(token, 'base64url').toString('utf8'))
    : undefined;
  if (start === undefined) throw foreignToken();
  return start;
}

/** For lists that have only offsets. */
export function offsetOf(start: PageStart | undefined, skip: number): number {
  if (start === undefined) return skip;
  if ('offset' in start) return start.offset;
  throw foreignToken();
}

/** For lists that are at hand as a whole: how many items of it the next page leaves out. */
export function placeIn(ids: readonly unknown[], start: PageStart | undefined, skip: number): number {
  if (start === undefined || !('at' in start)) return offsetOf(start, skip);
  const { next, last, offset } = start.at;
  const found = ids.indexOf(next);
  const before = found >= 0 ? -1 : ids.indexOf(last);
  return found >= 0 ? found : before >= 0 ? before + 1 : offset;
}

export function foreignToken(): HubError {
  return new HubError('unsupported_query', '$skiptoken is not one of ours; follow @odata.nextLink as it is.', {
    field: '$skiptoken',
  });
}

function parseStart(text: string): PageStart | undefined {
  const offset = /^o(\d{1,15})$/.exec(text)?.[1];
  if (offset !== undefined) return { offset: Number(offset) };
  const afterId = /^i(.{1,256})$/s.exec(text)?.[1];
  if (afterId !== undefined) return { afterId };
  const position = text.startsWith('p') ? POSITION.safeParse(jsonOf(text.slice(1))).data : undefined;
  if (position !== undefined) return { position };
  const at = text.startsWith('a') ? PLACE.safeParse(jsonOf(text.slice(1))).data : undefined;
  return at && { at };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function textOf(start: PageStart): string {
  if ('offset' in start) return `o${start.offset}`;
  if ('afterId' in start) return `i${start.afterId}`;
  return 'position' in start ? `p${JSON.stringify(start.position)}` : `a${JSON.stringify(start.at)}`;
}

/** Absolute, https, with all other options of the request as the client wrote them. */
export function nextLink(request: GraphRequest, start: PageStart): string {
  const token = Buffer.from(textOf(start), 'utf8').toString('base64url');
  const kept = request.queryString
    .split('&')
    .filter((option) => option !== '' && !/^(?:\$|%24)?(?:skip|skiptoken)(?:=|$)/i.test(option));
  return `${request.origin}${request.originalPath}?${[...kept, `$skiptoken=${token}`].join('&')}`;
}
