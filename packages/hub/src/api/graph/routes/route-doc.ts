import { z, type ZodType } from 'zod';
import { concreteTypes, type GraphVersion } from '@sallyport/contracts/graph/model.ts';
import { expandableIn, MAX_PAGE, type QuerySupport } from '@sallyport/contracts/graph/odata/parse-query.ts';
import type { RouteDoc } from '../../../http/route-access.ts';

/** What a Graph route takes and answers, for the API document. Types are those of the schema at `/$metadata`. */
export interface GraphRouteDoc {
  readonly query?: QuerySupport | undefined;
  /** A Graph type, or the parameters of an action. */
  readonly takes?: string | ZodType | undefined;
  /** A PATCH: what it leaves out stays, the type too. */
  readonly partly?: true;
  readonly answers: GraphAnswerDoc;
}

export type GraphAnswerDoc =
  | { readonly status: 204 }
  | { readonly status: 200 | 201; readonly type: string; readonly list?: true }
  | { readonly status: 200; readonly count: string };

/** The usual routes of a collection. */
export const lists = (type: string, query: QuerySupport): GraphRouteDoc => ({
  query,
  answers: { status: 200, type, list: true },
});
export const counts = (type: string, { filter = false }: QuerySupport): GraphRouteDoc => ({
  query: { filter, select: false },
  answers: { status: 200, count: type },
});
export const gets = (type: string, query: QuerySupport = {}): GraphRouteDoc => ({
  query,
  answers: { status: 200, type },
});
export const creates = (type: string): GraphRouteDoc => ({ takes: type, answers: { status: 201, type } });
/** Intune's PATCH answers with the entity, Entra's with nothing. */
export const changes = (type: string): GraphRouteDoc => ({ takes: type, partly: true, answers: { status: 200, type } });
export const changesSilently = (type: string): GraphRouteDoc => ({
  takes: type,
  partly: true,
  answers: { status: 204 },
});
export const deletes: GraphRouteDoc = { answers: { status: 204 } };

export function routeDocOf(
  {
    summary,
    description,
    doc,
  }: { readonly summary: string; readonly description?: string | undefined; readonly doc: GraphRouteDoc },
  version: GraphVersion,
): RouteDoc {
  return {
    summary,
    description,
    tags: [`Graph ${version}`],
    query: doc.query === undefined ? undefined : queryOf(doc.query, version),
    body:
      doc.takes === undefined
        ? undefined
        : typeof doc.takes === 'string'
          ? entity(doc.takes, version, doc.partly === true)
          : doc.takes,
    responses: responsesOf(doc.answers, version),
  };
}

function queryOf(support: QuerySupport, version: GraphVersion): ZodType {
  const expandable = expandableIn(version, support.expand ?? {});
  const whole = (about: string) => z.int().min(0).describe(about).optional();
  const text = (about: string) => z.string().describe(about).optional();
  return z.object({
    ...(support.filter === true && {
      $filter: text(
        'OData filter: eq, ne, gt, ge, lt, le, in, and, or, not, startswith, endswith, contains, any, isof, as far as the properties allow.',
      ),
    }),
    ...(support.select !== false && { $select: text('Names of properties, with commas between.') }),
    ...(expandable.length > 0 && {
      $expand: text(`Of ${expandable.join(', ')}; $select and $expand may follow in parentheses.`),
    }),
    ...(support.orderBy === true && { $orderby: text('Names of properties, each with asc or desc.') }),
    ...(support.paging === true && {
      $top: z.int().min(0).max(MAX_PAGE).describe('Items on a page.').optional(),
      $skip: whole('Items to leave out first.'),
      $skiptoken: text('Only as @odata.nextLink has it.'),
    }),
    ...(support.count === true && { $count: z.boolean().describe('Adds @odata.count to the first page.').optional() }),
  });
}

function responsesOf(answer: GraphAnswerDoc, version: GraphVersion): RouteDoc['responses'] {
  if (answer.status === 204) return { 204: { description: 'Done.' } };
  if ('count' in answer) return { 200: { description: `The number of ${answer.count} items, as text/plain.` } };
  const { status, type, list } = answer;
  if (list !== true)
    return {
      [status]: {
        description: `microsoft.graph.${type}`,
        schema: z.looseObject({ '@odata.context': z.url() }).describe(aboutType(type, version)),
      },
    };
  const page = z.object({
    '@odata.context': z.url(),
    '@odata.count': z.int().optional(),
    '@odata.nextLink': z.url().describe('Of the next page, where there is one.').optional(),
    value: z.array(z.looseObject({}).describe(aboutType(type, version))),
  });
  return { [status]: { description: `A page of microsoft.graph.${type}`, schema: page } };
}

/** The members stand in the schema once, and not in every route that takes or answers them. */
function entity(type: string, version: GraphVersion, partly: boolean): ZodType {
  const derived = concreteTypes(type, version)
    .filter((each) => each !== type)
    .map((each) => `#microsoft.graph.${each}`);
  const [first, ...others] = derived;
  const about = aboutType(type, version);
  if (first === undefined) return z.looseObject({}).describe(about);
  const which = z.enum([first, ...others]);
  return z.looseObject({ '@odata.type': partly ? which.optional() : which }).describe(about);
}

function aboutType(type: string, version: GraphVersion): string {
  return `microsoft.graph.${type}; its members are in /${version}/$metadata`;
}
