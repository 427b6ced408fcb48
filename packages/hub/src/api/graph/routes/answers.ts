import type { GraphBody } from '@sallyport/contracts/graph/model.ts';
import type { GraphQuery } from '@sallyport/contracts/graph/odata/parse-query.ts';
import { isTypeVisible, render, type Expansion } from '@sallyport/contracts/graph/render.ts';
import { bareTypeName, isModelType, typeOfBody } from '@sallyport/contracts/graph/model.ts';
import { HubError } from '@sallyport/contracts';
import type { GraphAnswer, GraphRequest } from './route.ts';

/** Where a resource lives, for `@odata.context`, and what it was declared as. */
export interface ResourcePlace {
  /** `deviceManagement/deviceCompliancePolicies`. */
  readonly path: string;
  readonly type: string;
}

type Shape = Pick<GraphQuery, 'select' | 'expand'>;
type ShownParts = Expansion[string];

export function entityAnswer(
  request: GraphRequest,
  place: ResourcePlace,
  body: GraphBody,
  shape: Partial<Shape> = {},
  status: 200 | 201 = 200,
): GraphAnswer {
  requireVisible(request, place, body);
  const context = contextUrl(request, `${place.path}${selectedIn(shape)}/$entity`);
  return { status, body: { '@odata.context': context, ...renderFor(request, place.type, body, shape) } };
}

export function collectionAnswer(
  request: GraphRequest,
  place: ResourcePlace,
  bodies: readonly GraphBody[],
  page: {
    readonly shape?: Partial<Shape>;
    readonly count?: number | undefined;
    readonly nextLink?: string | undefined;
  } = {},
): GraphAnswer {
  const { shape = {}, count, nextLink } = page;
  return {
    status: 200,
    body: {
      '@odata.context': contextUrl(request, `${place.path}${selectedIn(shape)}`),
      ...(count === undefined ? {} : { '@odata.count': count }),
      ...(nextLink === undefined ? {} : { '@odata.nextLink': nextLink }),
      value: bodies.map((body) => renderFor(request, place.type, body, shape)),
    },
  };
}

export function renderFor(request: GraphRequest, type: string, body: GraphBody, shape: Partial<Shape>): GraphBody {
  return render(type, body, {
    version: request.version,
    lateEnumMembers: request.lateEnumMembers,
    select: shape.select,
    expand: shape.expand,
  });
}

export function contextUrl(request: GraphRequest, fragment: string): string {
  return `${request.origin}/${request.version}/$metadata#${fragment}`;
}

/** v1.0 does not know the types of some policies: they are neither listed nor found there. */
export function isVisible(request: GraphRequest, place: ResourcePlace, body: GraphBody): boolean {
  return isTypeVisible(typeOfBody(body, place.type), request.version);
}

function requireVisible(request: GraphRequest, place: ResourcePlace, body: GraphBody): void {
  if (isVisible(request, place, body)) return;
  throw new HubError(
    'not_found',
    `This resource is of type ${typeOfBody(body, place.type)}, which only beta has; ask under /beta.`,
  );
}

export function notFound(type: string, id: string): HubError {
  if (id === 'delta')
    return new HubError('not_found', `Changes of ${type} (delta) are not supported; list them and compare.`, {
      field: 'id',
    });
  const cast = bareTypeName(id) ?? id;
  if (isModelType(cast))
    return new HubError(
      'not_found',
      `A list of one type only (${cast} in the path) is not supported; use $filter=isof('microsoft.graph.${cast}').`,
      { field: 'id' },
    );
  return new HubError('not_found', `There is no ${type} with the id "${id.slice(0, 256)}".`, { field: 'id' });
}

/** `(id,members(displayName))`, as contexts say what was selected and expanded; nothing where everything is as usual. */
function selectedIn(shape: Partial<Shape>): string {
  const names = shownNames(shape);
  return names === '' ? '' : `(${names})`;
}

function shownNames({ select = new Set(), expand = {} }: ShownParts): string {
  return [...select, ...Object.entries(expand).map(([name, within]) => `${name}(${shownNames(within)})`)].join(',');
}
