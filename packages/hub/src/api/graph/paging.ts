import { HubError } from '@sallyport/contracts';
import type { GraphRequest } from './route.ts';

/** Items on a page when the caller does not say. */
export const PAGE_SIZE = 100;

/** Where the next page begins: after so many items, or after an id. Opaque to clients. */
export type PageStart = { readonly offset: number } | { readonly afterId: string };

export function readSkipToken(token: string | undefined): PageStart | undefined {
  if (token === undefined) return undefined;
  const start = /^[A-Za-z0-9_-]{1,700}$/.test(token) ? parseStart(Buffer.from(token, 'base64url').toString('utf8')) : undefined;
  if (start === undefined) throw foreignToken();
  return start;
}

/** For lists that have only offsets. */
export function offsetOf(start: PageStart | undefined, skip: number): number {
  if (start === undefined) return skip;
  if ('offset' in start) return start.offset;
  throw foreignToken();
}

function foreignToken(): HubError {
  return new HubError('unsupported_query', '$skiptoken is not one of ours; follow @odata.nextLink as it is.', { field: '$skiptoken' });
}

function parseStart(text: string): PageStart | undefined {
  const offset = /^o(\d{1,15})$/.exec(text)?.[1];
  if (offset !== undefined) return { offset: Number(offset) };
  const afterId = /^i(.{1,256})$/s.exec(text)?.[1];
  return afterId === undefined ? undefined : { afterId };
}

/** Absolute, https, with all other options of the request as the client wrote them. */
export function nextLink(request: GraphRequest, start: PageStart): string {
  const token = Buffer.from('offset' in start ? `o${start.offset}` : `i${start.afterId}`, 'utf8').toString('base64url');
  const kept = request.queryString.split('&').filter((option) => option !== '' && !/^(?:\$|%24)?(?:skip|skiptoken)(?:=|$)/i.test(option));
  return `${request.origin}${request.originalPath}?${[...kept, `$skiptoken=${token}`].join('&')}`;
}
