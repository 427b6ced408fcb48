import type { GraphBody } from '@sallyport/contracts/graph/model.ts';
import { parseQuery, type QuerySupport } from '@sallyport/contracts/graph/odata/parse-query.ts';
import { isoTime } from '../../platform/clock.ts';
import type { AuditRow } from '../../store/store.ts';
import { collectionAnswer } from './routes/answers.ts';
import { PAGE_SIZE, nextLink, offsetOf, readSkipToken } from './routes/paging.ts';
import { AUDIT } from './routes/permissions.ts';
import { lists } from './routes/route-doc.ts';
import type { GraphAnswer, GraphDependencies, GraphRequest, GraphRoute } from './routes/route.ts';

const place = { path: 'deviceManagement/auditEvents', type: 'auditEvent' };
const support: QuerySupport = { paging: true };

/** Who changed what, newest first. */
export function auditEventRoutes(deps: GraphDependencies): GraphRoute[] {
  return [
    {
      method: 'GET',
      path: `/${place.path}`,
      access: AUDIT,
      summary: 'List changes, newest first',
      doc: lists(place.type, support),
      handle: (request) => list(deps, request),
    },
  ];
}

async function list(deps: GraphDependencies, request: GraphRequest): Promise<GraphAnswer> {
  const query = parseQuery(request.queryString, place.type, request.version, support);
  const offset = offsetOf(readSkipToken(query.skipToken), query.skip);
  const size = query.top ?? PAGE_SIZE;
  const rows = size === 0 ? [] : await deps.store.audit.list(size + 1, offset);
  const names = await clientNames(deps);
  return collectionAnswer(
    request,
    place,
    rows.slice(0, size).map((row) => present(row, names)),
    { shape: query, nextLink: rows.length > size ? nextLink(request, { offset: offset + size }) : undefined },
  );
}

/** Clients by application id, as they are called now. */
async function clientNames(deps: GraphDependencies): Promise<ReadonlyMap<string, string>> {
  const applications = await deps.store.documents.list('application');
  return new Map(applications.map(({ body }) => [String(body.appId), String(body.displayName)]));
}

function present(
  { id, at, actor, operation, resourceType, resourceId, changes }: AuditRow,
  names: ReadonlyMap<string, string>,
): GraphBody {
  const activity = `${operation} ${resourceType}`;
  return {
    id,
    displayName: activity,
    componentName: 'Sallyport',
    activity: null,
    activityDateTime: isoTime(at),
    activityType: activity,
    activityOperationType: operation,
    activityResult: 'Success',
    category: resourceType,
    correlationId: id,
    actor: {
      auditActorType: 'Application',
      type: 'Application',
      applicationId: actor,
      applicationDisplayName: names.get(actor) ?? null,
      userPermissions: [],
      userId: null,
      userPrincipalName: null,
      servicePrincipalName: null,
      ipAddress: null,
    },
    resources: [
      {
        resourceId,
        auditResourceType: resourceType,
        type: resourceType,
        displayName: null,
        modifiedProperties: changes.map(({ property, oldValue, newValue }) => ({
          displayName: property,
          oldValue,
          newValue,
        })),
      },
    ],
  };
}
