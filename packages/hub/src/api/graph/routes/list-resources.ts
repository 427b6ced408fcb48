import type { GraphBody } from '@sallyport/contracts/graph/model.ts';
import { matchesFilter, orderOf } from '@sallyport/contracts/graph/odata/evaluate-filter.ts';
import {
  parseQuery,
  type GraphQuery,
  type OrderBy,
  type QuerySupport,
} from '@sallyport/contracts/graph/odata/parse-query.ts';
import { collectionAnswer, isVisible, type ResourcePlace } from './answers.ts';
import { PAGE_SIZE, nextLink, placeIn, readSkipToken, type PageStart } from './paging.ts';
import type { GraphAnswer, GraphRequest } from './route.ts';

/** What a list request gets, before it is rendered. */
export interface ListedPage {
  readonly bodies: readonly GraphBody[];
  readonly shape: GraphQuery;
  /** Of all pages, where the request asks for it. */
  readonly count: number | undefined;
  readonly nextLink: string | undefined;
}

/** Answers a list request from resources that are all at hand, in their natural order. */
export function listAnswer(
  request: GraphRequest,
  place: ResourcePlace,
  support: QuerySupport,
  bodies: readonly GraphBody[],
): GraphAnswer {
  const page = listedPage(request, place, support, bodies);
  return collectionAnswer(request, place, page.bodies, page);
}

/** As `listAnswer`, for resources that need something added to those of the page alone. */
export function listedPage(
  request: GraphRequest,
  place: ResourcePlace,
  support: QuerySupport,
  bodies: readonly GraphBody[],
): ListedPage {
  const query = parseQuery(request.queryString, place.type, request.version, support);
  const found = selected(request, place, query, bodies);
  const start = readSkipToken(query.skipToken);
  const offset = placeIn(
    found.map(({ id }) => id),
    start,
    query.skip,
  );
  const end = offset + (query.top ?? PAGE_SIZE);
  const page = found.slice(offset, end);
  return {
    bodies: page,
    shape: query,
    // Graph counts on the first page only.
    count: query.count && start === undefined ? found.length : undefined,
    nextLink: end < found.length && page.length > 0 ? nextLink(request, startAt(found, end)) : undefined,
  };
}

function startAt(found: readonly GraphBody[], offset: number): PageStart {
  const [last, next] = [found[offset - 1]?.id, found[offset]?.id];
  return typeof last === 'string' && typeof next === 'string' ? { at: { next, last, offset } } : { offset };
}

/** Answers `/$count`: a bare number, of what `$filter` leaves. */
export function countAnswer(
  request: GraphRequest,
  place: ResourcePlace,
  support: QuerySupport,
  bodies: readonly GraphBody[],
): GraphAnswer {
  const query = parseQuery(request.queryString, place.type, request.version, {
    filter: support.filter === true,
    select: false,
  });
  return { status: 200, text: String(selected(request, place, query, bodies).length) };
}

function selected(
  request: GraphRequest,
  place: ResourcePlace,
  query: GraphQuery,
  bodies: readonly GraphBody[],
): readonly GraphBody[] {
  const { filter, orderBy } = query;
  const visible = bodies.filter((body) => isVisible(request, place, body));
  const found = filter === undefined ? visible : visible.filter((body) => matchesFilter(filter, body, place.type));
  return orderBy.length === 0 ? found : found.toSorted((a, b) => compareBy(orderBy, a, b));
}

function compareBy(orderBy: readonly OrderBy[], a: GraphBody, b: GraphBody): number {
  for (const { steps, type, descending } of orderBy) {
    const order = orderOf(valueAt(a, steps), valueAt(b, steps), type);
    if (order !== 0) return descending ? -order : order;
  }
  return 0;
}

function valueAt(body: GraphBody, steps: readonly string[]): unknown {
  return steps.reduce<unknown>(
    (value, step) => (typeof value === 'object' && value !== null ? (value as GraphBody)[step] : null),
    body,
  );
}
