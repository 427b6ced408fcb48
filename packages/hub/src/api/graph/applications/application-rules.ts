import { HubError, isPermission, PERMISSIONS, type Permission } from '@sallyport/contracts';
import { isGuid } from '@sallyport/contracts/graph/edm-values.ts';
import type { GraphBody } from '@sallyport/contracts/graph/model.ts';
import { wellKnownApplication } from '@sallyport/core';
import { readApplication, type ApplicationDocument } from '../../../platform/application.ts';
import type { DocumentRow, Transaction } from '../../../store/store.ts';
import type { Caller } from '../../../http/route-access.ts';

/** Whoever holds it can make clients and secrets; the last client that has it must stay. */
const MANAGES: Permission = 'Application.ReadWrite.All';

/** Names of permissions in Graph's spelling, each once. */
export function settledPermissions(permissions: readonly string[]): Permission[] {
  return [
    ...new Set(
      permissions.map((permission, index) => {
        if (isPermission(permission)) return permission;
        throw new HubError(
          'invalid_request',
          `There is no permission "${permission.slice(0, 100)}". There are ${PERMISSIONS.join(', ')}.`,
          { field: `permissions[${index}]` },
        );
      }),
    ),
  ];
}

/**
 * Nobody can give away what they do not hold: neither as a permission of a client, nor by making a secret for
 * a client that holds more, nor by pointing a partner's client at another connector.
 */
export function requireHeld(caller: Caller, permissions: readonly string[], field: string, act: string): void {
  const missing = permissions.filter((permission) => !caller.roles.has(permission));
  if (missing.length > 0)
    throw new HubError('permission_missing', `To ${act} you must hold ${missing.join(', ')} yourself.`, { field });
}

/** A partner's client may be bound only to a connector that exists; a caller that is bound itself, only to its own. */
export async function settledConnector(id: unknown, caller: Caller, tx: Transaction): Promise<string | null> {
  if (id === null || id === undefined || id === '') return null;
  const connectorId = String(id).toLowerCase();
  const field = 'mobileThreatDefenseConnectorId';
  if ((await tx.documents.get('mobileThreatDefenseConnector', connectorId)) === undefined) {
    throw new HubError(
      'invalid_request',
      `There is no mobileThreatDefenseConnector with the id "${connectorId.slice(0, 100)}".`,
      { field },
    );
  }
  if (caller.connectorId !== undefined && caller.connectorId !== connectorId) {
    throw new HubError(
      'permission_missing',
      'A client that is bound to a connector can bind others to that one only.',
      { field },
    );
  }
  return connectorId;
}

/**
 * Policies and doors may name applications by name, so no name may mean two of them, nor one of the well-known
 * ones. To be called in a write of the configuration, of which there is one at a time.
 */
export async function requireFreeApplicationNames(tx: Transaction, after: ApplicationDocument): Promise<void> {
  const others = (await tx.documents.list('application'))
    .flatMap(({ body }) => readApplication(body) ?? [])
    .filter(({ appId }) => appId !== after.appId);
  const taken = new Map(
    others.flatMap((other) =>
      [other.appId, ...namesOf(other).values()].map((name) => [String(name).toLowerCase(), other.displayName]),
    ),
  );
  for (const [field, name] of namesOf(after)) {
    const key = name.toLowerCase();
    const other =
      wellKnownApplication(key)?.displayName ??
      taken.get(key) ??
      (isGuid(key) && key !== after.appId ? key : undefined);
    if (other !== undefined)
      throw new HubError('already_exists', `"${name}" is the name of another application, "${other}".`, { field });
  }
}

/** By the field that each stands in. */
function namesOf({ displayName, identifierUris }: Partial<ApplicationDocument>): ReadonlyMap<string, string> {
  return new Map([
    ['displayName', displayName ?? ''],
    ...(identifierUris ?? []).map((uri, index) => [`identifierUris[${index}]`, uri] as const),
  ]);
}

/** Refuses a change after which nobody could manage applications any more. */
export async function requireManagerLeft(
  tx: Transaction,
  changed: string,
  after: GraphBody | undefined,
  now: number,
): Promise<void> {
  const rows = await tx.documents.list('application');
  const before = rows.filter((row) => canManage(row.body, now));
  if (!before.some((row) => row.id === changed) || (after !== undefined && canManage(after, now))) return;
  if (before.some((row) => row.id !== changed)) return;
  throw new HubError(
    'conflict',
    `This is the last client that can manage applications (${MANAGES} with a secret in force); make another one first.`,
    { field: 'id' },
  );
}

function canManage(body: DocumentRow['body'], now: number): boolean {
  const application = readApplication(body);
  return (
    application?.permissions.includes(MANAGES) === true &&
    application.passwordCredentials.some(({ endDateTime }) => Date.parse(endDateTime) > now)
  );
}
