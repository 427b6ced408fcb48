import { createHash } from 'node:crypto';
import type { InventoryKind, InventoryOptIns, OwnerType, Platform } from '@sallyport/core';
import type { DocumentReader } from '../store/store.ts';
import { readBody } from '../documents/document-type.ts';
import { connectorDocument } from '../documents/kinds/connector.ts';
import { connectorStatusDocument } from '../documents/kinds/connector-status.ts';

/** What one partner may be given, as its connector says now. */
export interface InventorySharing {
  readonly optIns: InventoryOptIns;
  /** Only devices of these groups, where there are any. */
  readonly enrolmentGroupIds: readonly string[];
  /** The partner has withdrawn: it is given nothing. */
  readonly deprovisioned: boolean;
}

type Body = Readonly<Record<string, unknown>>;

/**
 * The switches of a connector. Graph has them for iOS, spelled `IOS` for apps and `Ios` for certificates; those
 * for Android are ours. There are none for other platforms, so nothing of those is ever shared.
 */
function toInventoryOptIns(body: Body): InventoryOptIns {
  const optIn = (name: string, personal: string) => ({
    enabled: body[`allowPartnerToCollect${name}`] === true,
    personal: body[`allowPartnerToCollect${personal}`] === true,
  });
  return {
    apps: {
      iOS: optIn('IOSApplicationMetadata', 'IOSPersonalApplicationMetadata'),
      android: optIn('AndroidApplicationMetadata', 'AndroidPersonalApplicationMetadata'),
    },
    certificates: { iOS: optIn('IosCertificateMetadata', 'IosPersonalCertificateMetadata') },
  };
}

/** `undefined`: there is no such connector. One that cannot be read, or whose status cannot be, is given nothing. */
export async function sharingOf(documents: DocumentReader, connectorId: string): Promise<InventorySharing | undefined> {
  const [connector, status] = await Promise.all([
    documents.get(connectorDocument.kind, connectorId),
    documents.get(connectorStatusDocument.kind, connectorId),
  ]);
  if (connector === undefined) return undefined;
  const body = readBody(connectorDocument, connector);
  return {
    optIns: toInventoryOptIns(body ?? {}),
    enrolmentGroupIds: [...(body?.enrolmentGroupIds ?? [])].sort(),
    deprovisioned: status !== undefined && readBody(connectorStatusDocument, status)?.deprovisioned !== false,
  };
}

/** The platforms of which the partner may be given anything of this kind. */
export function sharedPlatforms(kind: InventoryKind, { optIns, deprovisioned }: InventorySharing): readonly Platform[] {
  if (deprovisioned) return [];
  return Object.entries(optIns[kind])
    .filter(([, optIn]) => optIn.enabled)
    .map(([platform]) => platform as Platform);
}

/** Whether some partner may see everything on personal devices of a platform. */
export async function someoneSeesAllApps(documents: DocumentReader, platform: Platform): Promise<boolean> {
  const connectors = await documents.list(connectorDocument.kind);
  return connectors.some((row) => {
    const optIn = toInventoryOptIns(readBody(connectorDocument, row) ?? {}).apps[platform];
    return optIn?.enabled === true && optIn.personal;
  });
}

export function ownerTypeOf(device: Body): OwnerType {
  const { managedDeviceOwnerType: owner } = device;
  return owner === 'company' || owner === 'personal' ? owner : 'unknown';
}

/**
 * The sharing in a few characters, for cursors: whether what a partner may see is other than when a cursor was
 * made, so that it has to begin anew.
 */
export function sharingMark(kind: InventoryKind, { optIns, enrolmentGroupIds }: InventorySharing): string {
  const switches = Object.entries(optIns[kind])
    .filter(([, optIn]) => optIn.enabled)
    .map(([platform, optIn]) => `${platform}${optIn.personal ? '+' : ''}`);
  const groups =
    enrolmentGroupIds.length === 0
      ? ''
      : createHash('sha256').update(enrolmentGroupIds.join()).digest('base64url').slice(0, 10);
  return `${switches.sort().join(',')};${groups}`;
}
