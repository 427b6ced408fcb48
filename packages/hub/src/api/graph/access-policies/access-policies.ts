import { randomUUID } from 'node:crypto';
import { HubError } from '@sallyport/contracts';
import { withDefaults } from '@sallyport/contracts/graph/defaults.ts';
import { isGraphBody, type GraphBody } from '@sallyport/contracts/graph/model.ts';
import { parseBody } from '@sallyport/contracts/graph/parse-body.ts';
import { isoTime } from '../../../platform/clock.ts';
import type { DocumentRow } from '../../../store/store.ts';
import { normalisePolicy } from './access-policy-normalise.ts';
import { requireReferences, settledApplications } from './access-policy-references.ts';
import { refuseUnsupported, requireOperator, requireSound } from './access-policy-rules.ts';
import { entityAnswer } from '../routes/answers.ts';
import {
  createDocument,
  deleteDocument,
  readRoutes,
  updateDocument,
  type DocumentCollection,
} from '../routes/documents.ts';
import { CONDITIONAL_ACCESS } from '../routes/permissions.ts';
import { changesSilently, creates, deletes } from '../routes/route-doc.ts';
import {
  noContent,
  param,
  type GraphAnswer,
  type GraphDependencies,
  type GraphRequest,
  type GraphRoute,
} from '../routes/route.ts';

const TYPE = 'conditionalAccessPolicy';

const collection: DocumentCollection = {
  kind: TYPE,
  type: TYPE,
  path: 'identity/conditionalAccess/policies',
  access: CONDITIONAL_ACCESS,
  support: { filter: true, paging: true, count: true },
  presenter: async () => present,
};

/** With the members that real answers always carry. */
function present(row: DocumentRow): GraphBody {
  return {
    ...row.body,
    id: row.id,
    createdDateTime: isoTime(row.createdAt),
    modifiedDateTime: row.version === 1 ? null : isoTime(row.modifiedAt),
    deletedDateTime: null,
    templateId: null,
    partialEnablementStrategy: null,
    conditions: { ...(row.body.conditions as GraphBody), times: null, deviceStates: null },
  };
}

/** Conditional access policies, rewritten on the way in as the real service does. */
export function accessPolicyRoutes(deps: GraphDependencies): GraphRoute[] {
  const { path, access } = collection;
  return [
    ...readRoutes(collection, deps),
    {
      method: 'POST',
      path: `/${path}`,
      access: access.write,
      summary: 'Create a conditional access policy',
      doc: creates(TYPE),
      handle: (request) => create(deps, request),
    },
    {
      method: 'PATCH',
      path: `/${path}/:id`,
      access: access.write,
      summary: 'Change a conditional access policy: what is sent replaces what was there',
      doc: changesSilently(TYPE),
      handle: async (request) => {
        await patch(deps, request);
        return noContent;
      },
    },
    {
      method: 'DELETE',
      path: `/${path}/:id`,
      access: access.write,
      summary: 'Delete a conditional access policy',
      doc: deletes,
      handle: async (request) => {
        await deleteDocument(deps, request, collection, param(request, 'id'));
        return noContent;
      },
    },
  ];
}

async function create(deps: GraphDependencies, request: GraphRequest): Promise<GraphAnswer> {
  const parsed = parseBody(TYPE, request.body, request.version);
  for (const field of ['state', 'conditions']) {
    if (parsed[field] === undefined) throw new HubError('invalid_request', `${field} is required.`, { field });
  }
  const policy = settled(deps, parsed);
  const row = await createDocument(deps, request, collection, randomUUID(), async (tx) => {
    await requireReferences(policy.conditions as GraphBody, tx);
    return policy;
  });
  return entityAnswer(request, collection, present(row), {}, 201);
}

async function patch(deps: GraphDependencies, request: GraphRequest): Promise<void> {
  await updateDocument(deps, request, collection, param(request, 'id'), async (row, tx) => {
    const parsed = parseBody(TYPE, request.body, request.version, row.body);
    const sent = isGraphBody(parsed.conditions) ? parsed.conditions : {};
    const policy = settled(deps, {
      ...row.body,
      ...parsed,
      conditions: { ...(row.body.conditions as GraphBody), ...sent },
    });
    await requireReferences(policy.conditions as GraphBody, tx, new Set(Object.keys(sent)));
    return policy;
  });
}

/** Complete, rewritten and checked, but for what it refers to. */
function settled(deps: GraphDependencies, body: GraphBody): GraphBody {
  requireOperator(body.grantControls);
  const policy = settledApplications(normalisePolicy(withDefaults(TYPE, body)), deps.view);
  requireSound(policy);
  refuseUnsupported(policy);
  return policy;
}
