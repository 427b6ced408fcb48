import { parseDeviceCas } from '../evidence/device-ca.ts';
import { DeviceCertificates } from '../evidence/device-certificate.ts';
import type { TrustSets } from '../evidence/trust-sets.ts';
import type { ApplicationRule, DoorBody } from '../documents/kinds/door.ts';

/** A door, ready for use. */
export interface Door extends Omit<DoorBody, 'deviceCa' | 'trustSet' | 'applications'> {
  readonly id: string;
  /** The most specific first. */
  readonly applications: readonly ApplicationRule[];
  /** Whom this door believes now. */
  readonly certificates: () => DeviceCertificates;
}

/** @throws for CAs that this version cannot use; the door then stays closed */
export function toDoor(
  id: string,
  { deviceCa, trustSet = null, applications, ...rest }: DoorBody,
  trustSets: Pick<TrustSets, 'get'>,
): Door {
  return {
    ...rest,
    id,
    applications: applications.toSorted(bySpecificity),
    certificates: certificatesOf(deviceCa, trustSet, trustSets),
  };
}

function certificatesOf(
  deviceCa: string | null,
  trustSet: string | null,
  trustSets: Pick<TrustSets, 'get'>,
): Door['certificates'] {
  if (deviceCa === null) return () => trustSets.get(trustSet);
  const own = new DeviceCertificates(parseDeviceCas(deviceCa, 'deviceCa'));
  return () => own;
}

function bySpecificity(a: ApplicationRule, b: ApplicationRule): number {
  return (
    hostRank(b) - hostRank(a) ||
    (b.host?.length ?? 0) - (a.host?.length ?? 0) ||
    (b.pathPrefix?.length ?? 0) - (a.pathPrefix?.length ?? 0)
  );
}

function hostRank({ host }: ApplicationRule): number {
  if (host === undefined) return 0;
  return host.startsWith('*.') ? 1 : 2;
}

/** The hashes of the secrets that a door may show at `now`. */
export function acceptedHashes(
  {
    secretHash,
    formerSecretHash = null,
    formerSecretUntil = null,
  }: Pick<DoorBody, 'secretHash' | 'formerSecretHash' | 'formerSecretUntil'>,
  now: number,
): readonly string[] {
  return formerSecretHash !== null && formerSecretUntil !== null && now < formerSecretUntil
    ? [secretHash, formerSecretHash]
    : [secretHash];
}
