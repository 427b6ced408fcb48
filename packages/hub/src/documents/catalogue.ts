import type { DocumentKind } from '../store/store.ts';
import type { DocumentType } from './document-type.ts';
import { accessPolicyDocument } from './kinds/access-policy.ts';
import { applicationDocument } from './kinds/application.ts';
import { compliancePolicyDocument } from './kinds/compliance-policy.ts';
import { connectorDocument } from './kinds/connector.ts';
import { connectorStatusDocument } from './kinds/connector-status.ts';
import { doorDocument } from './kinds/door.ts';
import { groupDocument } from './kinds/group.ts';
import { inventoryPushDocument } from './kinds/inventory-push.ts';
import { inventorySourceDocument } from './kinds/inventory-source.ts';
import { managementSettingsDocument } from './kinds/management-settings.ts';
import { mergeRuleDocument } from './kinds/merge-rule.ts';
import { namedLocationDocument } from './kinds/named-location.ts';
import { organizationDocument } from './kinds/organization.ts';
import { platformNameDocument } from './kinds/platform-name.ts';
import { signalLimitsDocument } from './kinds/signal-limits.ts';
import { trustSetDocument } from './kinds/trust-set.ts';
import { userDocument } from './kinds/user.ts';
import { vendorLinkDocument } from './kinds/vendor-link.ts';

/** Every kind of document that the hub is configured with, in the order in which they are loaded. */
const TYPES: readonly DocumentType[] = [
  connectorDocument,
  connectorStatusDocument,
  mergeRuleDocument,
  signalLimitsDocument,
  platformNameDocument,
  compliancePolicyDocument,
  managementSettingsDocument,
  accessPolicyDocument,
  namedLocationDocument,
  applicationDocument,
  userDocument,
  groupDocument,
  organizationDocument,
  doorDocument,
  trustSetDocument,
  vendorLinkDocument,
  inventorySourceDocument,
  inventoryPushDocument,
];

export const CATALOGUE: ReadonlyMap<string, DocumentType> = new Map(TYPES.map((type) => [type.kind, type]));

/** What rules would see of a document with this body. @throws Error where nobody could read it */
export function draftOf(kind: DocumentKind, id: string, body: Readonly<Record<string, unknown>>): unknown {
  const type = CATALOGUE.get(kind);
  if (type === undefined) throw new Error(`No rule is made from documents of the kind ${kind}.`);
  return type.toRule?.(type.body.parse(body), id, 0);
}
