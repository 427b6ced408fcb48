import { HubError } from '@sallyport/contracts';
import { readRule } from '../../../documents/document-type.ts';
import { accessPolicyDocument } from '../../../documents/kinds/access-policy.ts';
import { compliancePolicyDocument } from '../../../documents/kinds/compliance-policy.ts';
import { canonicalId } from '@sallyport/contracts/graph/canonical-id.ts';
import type { DocumentKind, DocumentRow, Transaction } from '../../../store/store.ts';

/**
 * Refuses to delete a group that something names. Without it a policy would be for nobody, a connector or a merge
 * rule as well, and doors would open or close with nobody having said so.
 */
export async function requireUnusedGroup(groupId: string, tx: Transaction): Promise<void> {
  for (const { kind, what, groupsOf } of USERS_OF_GROUPS) {
    for (const row of await tx.documents.list(kind)) {
      if (!groupsOf(row).some((id) => canonicalId(id) === groupId)) continue;
      const name = typeof row.body.displayName === 'string' ? `"${row.body.displayName}" (${row.id})` : row.id;
      throw new HubError('conflict', `The ${what} ${name} names this group; change it first.`);
    }
  }
}

const USERS_OF_GROUPS: readonly {
  readonly kind: DocumentKind;
  readonly what: string;
  readonly groupsOf: (row: DocumentRow) => readonly string[];
}[] = [
  {
    kind: 'deviceCompliancePolicy',
    what: 'compliance policy',
    groupsOf: (row) =>
      (readRule(compliancePolicyDocument, row).rule?.targets ?? []).flatMap((target) =>
        'groupId' in target ? target.groupId : [],
      ),
  },
  {
    kind: 'conditionalAccessPolicy',
    what: 'conditional access policy',
    groupsOf: (row) => {
      const { includeGroups = [], excludeGroups = [] } = readRule(accessPolicyDocument, row).rule?.users ?? {};
      return [...includeGroups, ...excludeGroups];
    },
  },
  {
    kind: 'mobileThreatDefenseConnector',
    what: 'connector',
    groupsOf: ({ body }) => (body.enrolmentGroupIds ?? []) as readonly string[],
  },
  {
    kind: 'mergeRule',
    what: 'merge rule',
    groupsOf: ({ body }) => (typeof body.groupId === 'string' ? [body.groupId] : []),
  },
];
