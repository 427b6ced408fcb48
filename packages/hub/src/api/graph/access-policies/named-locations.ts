import { randomUUID } from 'node:crypto';
import { HubError } from '@sallyport/contracts';
import { withDefaults } from '@sallyport/contracts/graph/defaults.ts';
import { typeOfBody, type GraphBody } from '@sallyport/contracts/graph/model.ts';
import { parseBody } from '@sallyport/contracts/graph/parse-body.ts';
import { readRule } from '../../../documents/document-type.ts';
import { accessPolicyDocument } from '../../../documents/kinds/access-policy.ts';
import { isoTime } from '../../../platform/clock.ts';
import type { DocumentRow, Transaction } from '../../../store/store.ts';
import { entityAnswer } from '../routes/answers.ts';
import {
  createDocument,
  deleteDocument,
  readRoutes,
  updateDocument,
  type DocumentCollection,
} from '../routes/documents.ts';
import { settledLocation } from './named-location-body.ts';
import { CONDITIONAL_ACCESS } from '../routes/permissions.ts';
import { changesSilently, creates, deletes } from '../routes/route-doc.ts';
import { noContent, param, type GraphDependencies, type GraphRoute } from '../routes/route.ts';

/** As Entra has it. */
const MAX_LOCATIONS = 195;

const collection: DocumentCollection = {
  kind: 'namedLocation',
  type: 'namedLocation',
  path: 'identity/conditionalAccess/namedLocations',
  access: CONDITIONAL_ACCESS,
  support: { filter: true, orderBy: true, paging: true, count: true },
  presenter: async () => present,
};

function present(row: DocumentRow): GraphBody {
  return {
    ...row.body,
    id: row.id,
    createdDateTime: isoTime(row.createdAt),
    deletedDateTime: null,
    modifiedDateTime: row.version === 1 ? null : isoTime(row.modifiedAt),
  };
}

/** Named locations by address range or by country. One that a policy names cannot go. */
export function namedLocationRoutes(deps: GraphDependencies): GraphRoute[] {
  const { path, access, type } = collection;
  return [
    ...readRoutes(collection, deps),
    {
      method: 'POST',
      path: `/${path}`,
      access: access.write,
      summary: 'Create a named location',
      doc: creates(type),
      handle: async (request) => {
        const body = settledLocation(withDefaults(type, parseBody(type, request.body, request.version)));
        const row = await createDocument(deps, request, collection, randomUUID(), async (tx) => {
          if ((await tx.documents.list('namedLocation')).length >= MAX_LOCATIONS)
            throw new HubError(
              'conflict',
              `There are ${MAX_LOCATIONS} named locations already, the most there can be.`,
            );
          return body;
        });
        return entityAnswer(request, collection, present(row), {}, 201);
      },
    },
    {
      method: 'PATCH',
      path: `/${path}/:id`,
      access: access.write,
      summary: 'Change a named location',
      doc: changesSilently(type),
      handle: async (request) => {
        await updateDocument(deps, request, collection, param(request, 'id'), (row) => {
          const stored = typeOfBody(row.body, type);
          const parsed = parseBody(stored, request.body, request.version, row.body);
          return settledLocation(withDefaults(stored, { ...row.body, ...parsed }));
        });
        return noContent;
      },
    },
    {
      method: 'DELETE',
      path: `/${path}/:id`,
      access: access.write,
      summary: 'Delete a named location that no policy names',
      doc: deletes,
      handle: async (request) => {
        await deleteDocument(deps, request, collection, param(request, 'id'), requireUnused);
        return noContent;
      },
    },
  ];
}

async function requireUnused(row: DocumentRow, tx: Transaction): Promise<void> {
  if (row.body.isTrusted === true)
    throw new HubError('invalid_request', 'A trusted named location cannot be deleted; set isTrusted to false first.', {
      field: 'isTrusted',
    });
  for (const policy of await tx.documents.list('conditionalAccessPolicy')) {
    const { locations, displayName = policy.id } = readRule(accessPolicyDocument, policy).rule ?? {};
    if (locations?.include.includes(row.id) === true || locations?.exclude.includes(row.id) === true) {
      throw new HubError(
        'conflict',
        `The conditional access policy "${displayName}" (${policy.id}) names this location; change the policy first.`,
        { field: 'id' },
      );
    }
  }
}
