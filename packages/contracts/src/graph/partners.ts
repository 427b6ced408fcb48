import table from './mtd-partners.json' with { type: 'json' };

/** What is known of an MTD partner from the documentation of Intune (origin in `csdl/README.md`). */
export interface KnownPartner {
  /** `lookout`, `zimperium`, ... */
  readonly key: string;
  readonly name: string;
  /** The well-known id of its connector; `null` where none is published, or only a malformed one. */
  readonly connectorId: string | null;
  readonly platforms: readonly string[];
  /** Takes part in app protection on devices that are not enrolled. */
  readonly unenrolled: boolean;
  readonly certificateSync?: boolean;
  readonly minAndroid?: string;
  readonly minIos?: string;
}

export const KNOWN_PARTNERS: readonly KnownPartner[] = table.partners;

const BY_CONNECTOR = new Map(
  KNOWN_PARTNERS.flatMap((partner) => (partner.connectorId === null ? [] : [[partner.connectorId, partner] as const])),
);

/** The partner behind a well-known connector id, in any letter case. */
export function partnerOfConnector(id: string): KnownPartner | undefined {
  return BY_CONNECTOR.get(id.toLowerCase());
}

/** What partners' apps are called on phones, where that is not the partner's name (their pages in Intune's documentation, and the app stores). */
const APPS: Readonly<Record<string, string>> = {
  blackberry: 'CylancePROTECT',
  checkpoint: 'Harmony Mobile Protect',
  defender: 'Microsoft Defender',
  jamf: 'Jamf Trust',
  sophos: 'Sophos Intercept X',
  symantec: 'SEP Mobile',
};

/**
 * What the person with the phone knows the partner's app by.
 * @param ownName the name of the connector, if it has one: what an administrator called it counts
 */
export function appOfConnector(id: string, ownName: string | undefined): string | undefined {
  const partner = partnerOfConnector(id);
  if (partner === undefined || (ownName !== undefined && ownName !== partner.name)) return ownName;
  return APPS[partner.key] ?? partner.name;
}
