import { isLanguage, type ClientAppType, type Language } from '@sallyport/core';
import { parseDeviceCas } from '../access/device-ca.ts';
import { DeviceCertificates } from '../access/device-certificate.ts';
import type { TrustSets } from '../access/trust-sets.ts';
import type { DocumentRow } from '../../store/store.ts';

/** Gateways that there is an adapter for, in `gateways/`. */
export type DoorKind = 'nginx';

/** Which application a request is for. */
export interface ApplicationRule {
  /** Exact, or `*.example.com` for any name below; absent: every host. Lower case. */
  readonly host?: string | undefined;
  /** Whole path segments, compared in any letter case; absent: every path. */
  readonly pathPrefix?: string | undefined;
  /** Id or name of the application. */
  readonly application: string;
  readonly clientAppType?: ClientAppType | undefined;
}

/** A `door` document as it is stored; validated when it was written by `api/admin`. */
export interface DoorBody {
  readonly kind: DoorKind;
  readonly displayName: string;
  readonly enabled: boolean;
  readonly secretHash: string;
  /** Of the secret that was replaced, which is accepted until `formerSecretUntil` (milliseconds since 1970). */
  readonly formerSecretHash?: string | null;
  readonly formerSecretUntil?: number | null;
  /** The first characters of the secret, so that people can tell two apart. */
  readonly hint: string;
  readonly applications: readonly ApplicationRule[];
  /** For requests that no rule fits; `null`: such requests are denied. */
  readonly defaultApplication: string | null;
  /** PEM of the CAs that sign the devices' certificates: a trust set of this door alone. `null` where `trustSet` names one. */
  readonly deviceCa: string | null;
  /** Id of a trust set; absent in what was written before there were any. */
  readonly trustSet?: string | null;
  /** `device`: the primary user of the device; else the name of a header that the gateway itself sets after signing the user in. */
  readonly userFrom: string;
  /** Of messages, where the user's browser names no language that we have. */
  readonly language: Language;
  /** Where nothing speaks against an access but that the hub has no recent information: `open` lets it through. */
  readonly failMode: 'closed' | 'open';
  /** Who decided so and why; required for `open`. */
  readonly failOpenReason: string | null;
}

/** A door, ready for use. */
export interface Door extends Omit<DoorBody, 'deviceCa' | 'trustSet' | 'applications'> {
  readonly id: string;
  /** The most specific first. */
  readonly applications: readonly ApplicationRule[];
  /** Whom this door believes now. */
  readonly certificates: () => DeviceCertificates;
}

/** @throws for a document that this version cannot use; the door then stays closed */
export function toDoor({ id, body }: Pick<DocumentRow, 'id' | 'body'>, trustSets: Pick<TrustSets, 'get'>): Door {
  const { deviceCa, trustSet = null, applications, ...rest } = body as unknown as DoorBody;
  if (rest.kind !== 'nginx' || typeof rest.secretHash !== 'string' || !isLanguage(rest.language)) throw new Error(`The door ${id} cannot be read.`);
  return { ...rest, id, applications: applications.toSorted(bySpecificity), certificates: certificatesOf(deviceCa, trustSet, trustSets) };
}

function certificatesOf(deviceCa: string | null, trustSet: string | null, trustSets: Pick<TrustSets, 'get'>): Door['certificates'] {
  if (deviceCa === null) return () => trustSets.get(trustSet);
  const own = new DeviceCertificates(parseDeviceCas(deviceCa, 'deviceCa'));
  return () => own;
}

function bySpecificity(a: ApplicationRule, b: ApplicationRule): number {
  return hostRank(b) - hostRank(a) || (b.host?.length ?? 0) - (a.host?.length ?? 0) || (b.pathPrefix?.length ?? 0) - (a.pathPrefix?.length ?? 0);
}

function hostRank({ host }: ApplicationRule): number {
  if (host === undefined) return 0;
  return host.startsWith('*.') ? 1 : 2;
}

/** The hashes of the secrets that a door may show at `now`. */
export function acceptedHashes({ secretHash, formerSecretHash = null, formerSecretUntil = null }: Pick<DoorBody, 'secretHash' | 'formerSecretHash' | 'formerSecretUntil'>, now: number): readonly string[] {
  return formerSecretHash !== null && formerSecretUntil !== null && now < formerSecretUntil ? [secretHash, formerSecretHash] : [secretHash];
}
