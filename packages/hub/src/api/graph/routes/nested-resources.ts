import type { Permission } from '@sallyport/contracts';
import type { GraphBody } from '@sallyport/contracts/graph/model.ts';
import { parseQuery, type QuerySupport } from '@sallyport/contracts/graph/odata/parse-query.ts';
import { entityAnswer, notFound } from './answers.ts';
import { itemSupport } from './documents.ts';
import { countAnswer, listAnswer } from './list-resources.ts';
import { counts, gets, lists } from './route-doc.ts';
import { param, type GraphRequest, type GraphRoute } from './route.ts';

/** A list that lives inside a resource, such as the assignments of a policy. */
export interface NestedCollection {
  readonly parent: string;
  /** The route parameter that names the parent; `id` unless it is nested twice. */
  readonly parentParam?: string;
  readonly name: string;
  readonly type: string;
  readonly access: readonly Permission[];
  readonly support: QuerySupport;
  /** The resource that holds the list. Throws `not_found`. */
  readonly owner: (request: GraphRequest) => Promise<GraphBody>;
}

/** List, count and get of what lives inside a resource. */
export function nestedRoutes(nested: NestedCollection): GraphRoute[] {
  const { parent, parentParam = 'id', name, type, access, support, owner } = nested;
  const path = `/${parent}/:${parentParam}/${name}`;
  const items = async (request: GraphRequest): Promise<GraphBody[]> =>
    ((await owner(request))[name] ?? []) as GraphBody[];
  return [
    {
      method: 'GET',
      path,
      access,
      summary: `List ${name}`,
      doc: lists(type, support),
      handle: async (request) => listAnswer(request, place(request, nested), support, await items(request)),
    },
    {
      method: 'GET',
      path: `${path}/$count`,
      access,
      summary: `Count ${name}`,
      doc: counts(type, support),
      handle: async (request) => countAnswer(request, place(request, nested), support, await items(request)),
    },
    {
      method: 'GET',
      path: `${path}/:itemId`,
      access,
      summary: `Get one of ${name}`,
      doc: gets(type, itemSupport(support)),
      handle: async (request) => {
        const query = parseQuery(request.queryString, type, request.version, itemSupport(support));
        const item = (await items(request)).find((each) => each.id === param(request, 'itemId'));
        if (item === undefined) throw notFound(type, param(request, 'itemId'));
        return entityAnswer(request, place(request, nested), item, query);
      },
    },
  ];
}

/** `deviceManagement/deviceCompliancePolicies('…')/assignments`, as contexts name it. */
function place(
  request: GraphRequest,
  { parent, parentParam = 'id', name, type }: NestedCollection,
): { path: string; type: string } {
  const path = `${parent}/:${parentParam}`.replace(
    /\/:(\w+)/g,
    (_whole, each: string) => `('${encodeURIComponent(param(request, each))}')`,
  );
  return { path: `${path}/${name}`, type };
}
