import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { HubError } from '@sallyport/contracts';
import { withDefaults } from '@sallyport/contracts/graph/defaults.ts';
import { typeOfBody, type GraphBody, type GraphVersion, type ModelProperty } from '@sallyport/contracts/graph/model.ts';
import { settledVersionLimit } from '@sallyport/core';
import { parseBody, parseParameters } from '@sallyport/contracts/graph/parse-body.ts';
import type { QuerySupport } from '@sallyport/contracts/graph/odata/parse-query.ts';
import { isoTime } from '../../../platform/clock.ts';
import type { DocumentRow, Readers, Transaction } from '../../../store/store.ts';
import { EFFECT_NOTE } from '../../../http/access-effect.ts';
import { collectionAnswer, entityAnswer } from '../routes/answers.ts';
import { settledActions, settledAssignments } from './compliance-actions.ts';
import {
  createDocument,
  deleteDocument,
  readRoutes,
  requireDocument,
  requireText,
  updateDocument,
  type DocumentCollection,
} from '../routes/documents.ts';
import { nestedRoutes } from '../routes/nested-resources.ts';
import { COMPLIANCE } from '../routes/permissions.ts';
import { changes, creates, deletes } from '../routes/route-doc.ts';
import { noContent, param, type GraphDependencies, type GraphRequest, type GraphRoute } from '../routes/route.ts';

const TYPE = 'deviceCompliancePolicy';
const PATH = 'deviceManagement/deviceCompliancePolicies';
const ACTIONS = { type: 'deviceComplianceActionItem' };
const RULES = { type: 'deviceComplianceScheduledActionForRule', expand: { scheduledActionConfigurations: ACTIONS } };
const ASSIGNMENTS = { type: 'deviceCompliancePolicyAssignment' };

const LISTED: QuerySupport = { paging: true, count: true };

const support: QuerySupport = {
  filter: true,
  orderBy: true,
  paging: true,
  count: true,
  expand: { assignments: ASSIGNMENTS, scheduledActionsForRule: RULES },
};

const collection: DocumentCollection = {
  kind: TYPE,
  type: TYPE,
  path: PATH,
  access: COMPLIANCE,
  support,
  presenter: async () => present,
};

function present(row: DocumentRow): GraphBody {
  return {
    ...row.body,
    id: row.id,
    createdDateTime: isoTime(row.createdAt),
    lastModifiedDateTime: isoTime(row.modifiedAt),
    version: row.version,
  };
}

/** Compliance policies: one GET with `$expand` of assignments and actions restores in one POST. */
export function compliancePolicyRoutes(deps: GraphDependencies): GraphRoute[] {
  const { access } = collection;
  const body = async (request: GraphRequest): Promise<GraphBody> =>
    present(await requireDocument(deps.store.documents, collection, param(request, 'id')));
  return [
    ...readRoutes(collection, deps),
    {
      method: 'POST',
      path: `/${PATH}`,
      access: access.write,
      summary: 'Create a compliance policy with exactly one block action',
      doc: creates(TYPE),
      handle: async (request) => entityAnswer(request, collection, present(await create(deps, request)), {}, 201),
    },
    {
      method: 'PATCH',
      path: `/${PATH}/:id`,
      access: access.write,
      summary: 'Change the settings of a compliance policy',
      description: EFFECT_NOTE,
      doc: changes(TYPE),
      handle: async (request) => entityAnswer(request, collection, present(await update(deps, request))),
    },
    {
      method: 'DELETE',
      path: `/${PATH}/:id`,
      access: access.write,
      summary: 'Delete a compliance policy',
      description: EFFECT_NOTE,
      doc: deletes,
      handle: async (request) => {
        await deleteDocument(deps, request, collection, param(request, 'id'));
        return noContent;
      },
    },
    {
      method: 'POST',
      path: `/${PATH}/:id/assign`,
      access: access.write,
      summary: 'Assign a compliance policy: the list replaces what was there',
      description: EFFECT_NOTE,
      doc: { takes: assignBody, answers: { status: 200, type: ASSIGNMENTS.type, list: true } },
      handle: (request) => assign(deps, request),
    },
    {
      method: 'POST',
      path: `/${PATH}/:id/scheduleActionsForRules`,
      access: access.write,
      summary: 'Replace the actions for noncompliance',
      description: EFFECT_NOTE,
      doc: { takes: scheduleBody, answers: { status: 204 } },
      handle: (request) => schedule(deps, request),
    },
    ...nestedRoutes({
      parent: PATH,
      name: 'assignments',
      type: ASSIGNMENTS.type,
      access: access.read,
      support: LISTED,
      owner: body,
    }),
    ...nestedRoutes({
      parent: PATH,
      name: 'scheduledActionsForRule',
      type: RULES.type,
      access: access.read,
      support: { ...LISTED, expand: RULES.expand },
      owner: body,
    }),
    ...nestedRoutes({
      parent: `${PATH}/:id/scheduledActionsForRule`,
      parentParam: 'ruleId',
      name: 'scheduledActionConfigurations',
      type: ACTIONS.type,
      access: access.read,
      support: LISTED,
      owner: async (request) => nestedItem(await body(request), 'scheduledActionsForRule', param(request, 'ruleId')),
    }),
  ];
}

function nestedItem(body: GraphBody, name: string, id: string): GraphBody {
  const found = ((body[name] ?? []) as GraphBody[]).find((item) => item.id === id);
  if (found === undefined)
    throw new HubError('not_found', `There is no ${name} item with the id "${id.slice(0, 256)}" in this policy.`, {
      field: 'id',
    });
  return found;
}

async function create(deps: GraphDependencies, request: GraphRequest): Promise<DocumentRow> {
  const parsed = parseBody(TYPE, request.body, request.version);
  requireText(parsed, 'displayName');
  requireVersions(parsed);
  const type = typeOfBody(parsed, TYPE);
  if (type === 'defaultDeviceCompliancePolicy')
    throw new HubError(
      'invalid_request',
      'The built-in policy is there already; deviceManagement/settings configures it.',
      { field: '@odata.type' },
    );
  const scheduledActionsForRule = settledActions((parsed.scheduledActionsForRule ?? []) as GraphBody[]);
  const id = randomUUID();
  return createDocument(deps, request, collection, id, async (tx) => ({
    ...withDefaults(TYPE, parsed),
    scheduledActionsForRule,
    assignments: await settledAssignments(id, (parsed.assignments ?? []) as GraphBody[], 'assignments', tx),
  }));
}

async function update(deps: GraphDependencies, request: GraphRequest): Promise<DocumentRow> {
  return updateDocument(deps, request, collection, param(request, 'id'), (row) =>
    changedPolicy(row, request.body, request.version),
  );
}

/** A policy as a PATCH would leave it. @throws HubError `invalid_request` that names the field */
export function changedPolicy(row: DocumentRow, given: unknown, version: GraphVersion): GraphBody {
  const parsed = parseBody(typeOfBody(row.body, TYPE), given, version, row.body);
  if (parsed.displayName !== undefined) requireText(parsed, 'displayName');
  requireVersions(parsed);
  refuseActionsInPatch(parsed);
  return { ...row.body, ...parsed };
}

/** What no device's version can be compared with would close access for all of them, and blame the devices. */
function requireVersions(parsed: GraphBody): void {
  for (const field of ['osMinimumVersion', 'osMaximumVersion']) {
    const version = parsed[field];
    if (typeof version !== 'string' || version === '') continue;
    const limit = settledVersionLimit(version);
    if (limit !== undefined) parsed[field] = limit;
    else
      throw new HubError(
        'invalid_request',
        `${field} must be a version like 17.4 or 10.0.19045, not "${version.slice(0, 60)}".`,
        { field },
      );
  }
}

/** Graph changes these through actions only; ignoring them would look like success. */
function refuseActionsInPatch(parsed: GraphBody): void {
  if (parsed.assignments !== undefined)
    throw new HubError('invalid_request', 'Assign a policy with POST .../assign.', { field: 'assignments' });
  if (parsed.scheduledActionsForRule !== undefined) {
    throw new HubError(
      'invalid_request',
      'Change the actions for noncompliance with POST .../scheduleActionsForRules.',
      { field: 'scheduledActionsForRule' },
    );
  }
}

const assignBody = z.object({
  assignments: z
    .array(z.looseObject({ target: z.looseObject({ '@odata.type': z.string(), groupId: z.string().optional() }) }))
    .describe('Of deviceCompliancePolicyAssignment; an empty list removes them all.'),
});
const scheduleBody = z.object({
  deviceComplianceScheduledActionForRules: z
    .array(
      z.looseObject({
        ruleName: z.string().optional(),
        scheduledActionConfigurations: z.array(
          z.looseObject({ actionType: z.string(), gracePeriodHours: z.int().min(0).max(8760) }),
        ),
      }),
    )
    .describe('Of deviceComplianceScheduledActionForRule, with exactly one block action.'),
});

const ASSIGN: Readonly<Record<string, ModelProperty>> = { assignments: { type: ASSIGNMENTS.type, collection: true } };

async function assign(deps: GraphDependencies, request: GraphRequest): ReturnType<GraphRoute['handle']> {
  const row = await updateDocument(deps, request, collection, param(request, 'id'), (before, tx) =>
    assignedPolicy(before, request.body, request.version, tx),
  );
  return collectionAnswer(
    request,
    { path: `${PATH}('${row.id}')/assignments`, type: ASSIGNMENTS.type },
    row.body.assignments as GraphBody[],
  );
}

/** A policy as `assign` would leave it. @throws HubError `invalid_request` that names the field */
export async function assignedPolicy(
  { id, body }: DocumentRow,
  given: unknown,
  version: GraphVersion,
  tx: Pick<Readers | Transaction, 'documents'>,
): Promise<GraphBody> {
  const { assignments } = parseParameters(ASSIGN, given, version);
  if (assignments === undefined)
    throw new HubError('invalid_request', 'Send the full list of assignments; an empty list removes them all.', {
      field: 'assignments',
    });
  return { ...body, assignments: await settledAssignments(id, assignments as GraphBody[], 'assignments', tx) };
}

const SCHEDULE: Readonly<Record<string, ModelProperty>> = {
  deviceComplianceScheduledActionForRules: { type: RULES.type, collection: true },
};

async function schedule(deps: GraphDependencies, request: GraphRequest): ReturnType<GraphRoute['handle']> {
  const { deviceComplianceScheduledActionForRules: rules } = parseParameters(SCHEDULE, request.body, request.version);
  const scheduledActionsForRule = settledActions((rules ?? []) as GraphBody[]);
  await updateDocument(deps, request, collection, param(request, 'id'), ({ body }) => ({
    ...body,
    scheduledActionsForRule,
  }));
  return noContent;
}
