import { randomUUID } from 'node:crypto';
import { HubError } from '@sallyport/contracts';
import { withDefaults } from '@sallyport/contracts/graph/defaults.ts';
import { bareTypeName, type GraphBody } from '@sallyport/contracts/graph/model.ts';
import { canonicalId } from '@sallyport/contracts/graph/canonical-id.ts';
import type { Readers, Transaction } from '../../../store/store.ts';

/** Targets without a group have these ids in Intune, for every tenant. */
const ALL_DEVICES = 'adadadad-808e-44e2-905a-0b7873a8a531';
const ALL_LICENSED_USERS = 'acacacac-9df4-4c7d-9d50-4ef0226f57a9';

const MAX_ASSIGNMENTS = 500;

/**
 * Parsed `scheduledActionsForRule` as they are stored. The block action marks the device noncompliant and its
 * hours are the grace period, so there is exactly one; the text of the error is Intune's.
 */
export function settledActions(rules: readonly GraphBody[]): GraphBody[] {
  const actions = rules.flatMap((rule) => configurationsOf(rule));
  if (actions.filter((action) => action.actionType === 'block').length !== 1) {
    throw new HubError('invalid_request', 'Compliance policy must have one and only one block scheduled action', {
      field: 'scheduledActionsForRule',
      verbatim: true,
    });
  }
  return rules.map((rule) => ({
    ...withDefaults('deviceComplianceScheduledActionForRule', rule),
    id: randomUUID(),
    scheduledActionConfigurations: configurationsOf(rule).map((action) => ({
      ...withDefaults('deviceComplianceActionItem', action),
      id: randomUUID(),
    })),
  }));
}

function configurationsOf(rule: GraphBody): GraphBody[] {
  return (rule.scheduledActionConfigurations ?? []) as GraphBody[];
}

/** Parsed assignments as they are stored: each target once, groups that exist, nothing that we could not follow. */
export async function settledAssignments(
  policyId: string,
  assignments: readonly GraphBody[],
  field: string,
  tx: Pick<Readers | Transaction, 'documents'>,
): Promise<GraphBody[]> {
  if (assignments.length > MAX_ASSIGNMENTS)
    throw new HubError(
      'invalid_request',
      `${field} holds ${assignments.length} targets; at most ${MAX_ASSIGNMENTS} are allowed.`,
      { field },
    );
  const settled = new Map<string, GraphBody>();
  for (const [index, assignment] of assignments.entries()) {
    const at = `${field}[${index}].target`;
    const target = await settledTarget(assignment.target as GraphBody | null | undefined, at, tx);
    const id = `${policyId}_${targetId(target)}`;
    if (settled.has(id))
      throw new HubError('invalid_request', `${at} is in the list twice; name each group or "all" target once.`, {
        field: at,
      });
    settled.set(id, { id, source: 'direct', sourceId: policyId, target });
  }
  return [...settled.values()];
}

async function settledTarget(
  target: GraphBody | null | undefined,
  field: string,
  tx: Pick<Readers | Transaction, 'documents'>,
): Promise<GraphBody> {
  if (target === null || target === undefined)
    throw new HubError('invalid_request', `${field} is required.`, { field });
  const complete = withDefaults('deviceAndAppManagementAssignmentTarget', target);
  requireNoFilter(complete, field);
  const type = bareTypeName(complete['@odata.type']);
  if (type === 'configurationManagerCollectionAssignmentTarget') {
    throw new HubError(
      'invalid_request',
      `${field} is a Configuration Manager collection, which is not supported; assign a group.`,
      { field },
    );
  }
  if (type !== 'groupAssignmentTarget' && type !== 'exclusionGroupAssignmentTarget') return complete;
  const groupId = canonicalId(String(complete.groupId ?? ''));
  if (groupId === '')
    throw new HubError('invalid_request', `${field}.groupId is required for a target that is a group.`, {
      field: `${field}.groupId`,
    });
  if ((await tx.documents.get('group', groupId)) === undefined) {
    throw new HubError('invalid_request', `There is no group with the id "${groupId}".`, { field: `${field}.groupId` });
  }
  return { ...complete, groupId };
}

/** A filter that is not followed would assign the policy to too many devices, or to too few. */
function requireNoFilter(target: GraphBody, field: string): void {
  const at = `${field}.deviceAndAppManagementAssignmentFilterType`;
  const type = target.deviceAndAppManagementAssignmentFilterType;
  if (type !== undefined && type !== 'none')
    throw new HubError('invalid_request', 'Assignment filters are not supported yet.', { field: at });
}

function targetId(target: GraphBody): string {
  switch (bareTypeName(target['@odata.type'])) {
    case 'allDevicesAssignmentTarget':
      return ALL_DEVICES;
    case 'allLicensedUsersAssignmentTarget':
      return ALL_LICENSED_USERS;
    default:
      return String(target.groupId);
  }
}
