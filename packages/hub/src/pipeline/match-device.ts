import type { DeviceKey, MatchEvidence, Signal } from '@sallyport/core';
import type { ReadModel } from '../view/read-model.ts';
import type { Transaction, VendorDevice, VendorDeviceKey } from '../store/store.ts';

export interface Matching {
  readonly kind: 'matched';
  readonly deviceId: string;
  readonly evidence?: MatchEvidence | undefined;
  /** Devices that it may be about as well: they carry an id of the report, or the partner's own id was learnt to mean them. */
  readonly others?: readonly string[] | undefined;
  /** The report waited, and may have been held against this device: it counts from the beginning. */
  readonly waited?: true | undefined;
}

export type Match =
  | Matching
  | { readonly kind: 'unmatched' }
  /** The keys name several devices, or contradict each other. */
  | { readonly kind: 'ambiguous'; readonly candidates: readonly string[] };

export interface Matched {
  /** In the order of the signals. */
  readonly matches: readonly Match[];
  /** What the partners call the devices that were found, where that was not known yet; in the order of the signals. */
  readonly learnt: readonly (readonly VendorDevice[])[];
}

/**
 * Finds the device that each signal is about, with one look-up of each kind for all of them. `byEmail` says of
 * a connector whether a mail address alone may name a device.
 */
export async function matchDevices(
  tx: Pick<Transaction, 'devices' | 'vendorDevices'>,
  signals: readonly Signal[],
  byEmail: (connectorId: string) => boolean,
): Promise<Matched> {
  const places = new Map<string, number>();
  const keys: DeviceKey[] = [];
  for (const key of signals.flatMap((signal) => signal.keys)) {
    if (isPartners(key) || places.has(nameOf(key))) continue;
    places.set(nameOf(key), keys.length);
    keys.push(key);
  }
  const ownIds = signals.map(vendorKeys);
  // Asked even without a key: no device is written from then on, and what was learnt goes on to mean the same record.
  const found = await tx.devices.findByKeys(keys);
  const known = ownIds.every((ids) => ids.length === 0) ? [] : await tx.vendorDevices.find(ownIds.flat());
  const learnt: VendorDevice[][] = [];
  let next = 0;
  const matches = signals.map((signal, i): Match => {
    const ids = ownIds[i] as readonly VendorDeviceKey[];
    const remembered = known.slice(next, (next += ids.length));
    const carriers = (wanted: (type: DeviceKey['type']) => boolean): readonly (readonly string[])[] =>
      signal.keys.filter(({ type }) => wanted(type)).map((key) => found[places.get(nameOf(key)) as number] ?? []);
    const match = chooseDevice({
      byId: carriers((type) => !isPartners({ type }) && type !== 'email'),
      remembered,
      ofUser: carriers((type) => type === 'email').flat(),
      emailIsEnough: byEmail(signal.connectorId),
    });
    learnt.push(
      match.kind !== 'matched'
        ? []
        : ids.filter((_, j) => remembered[j] !== match.deviceId).map((id) => ({ ...id, deviceId: match.deviceId })),
    );
    return match.kind === 'matched'
      ? withEvidence(match, evidenceOf(match.deviceId, carriers(isManagementId), remembered), remembered)
      : match;
  });
  return { matches, learnt };
}

/** The partner's own id meant another device before: unless management names this one, the report may be about that one. */
function withEvidence(match: Matching, evidence: MatchEvidence, remembered: readonly (string | undefined)[]): Matching {
  const before =
    evidence.tied === true ? [] : remembered.filter((id): id is string => id !== undefined && id !== match.deviceId);
  return before.length === 0
    ? { ...match, evidence }
    : { ...match, evidence, others: [...new Set([...(match.others ?? []), ...before])] };
}

const NO_EVIDENCE: MatchEvidence = {};

/** Ids that the device's management gave it, and that an app on it can know only from there. */
function isManagementId(type: DeviceKey['type']): boolean {
  return type === 'managedDeviceId' || type === 'entraDeviceId';
}

function evidenceOf(
  deviceId: string,
  carriers: readonly (readonly string[])[],
  remembered: readonly (string | undefined)[],
): MatchEvidence {
  const tied = carriers.some((ids) => ids.includes(deviceId));
  const known = remembered.includes(deviceId);
  return tied || known ? { ...(tied && { tied }), ...(known && { known }) } : NO_EVIDENCE;
}

/**
 * The device of each signal that memory knows by our own id or Entra's: nearly always the one that `matchDevices`
 * will find, so that what follows need not wait for it.
 */
export function namedDevices(
  { fleet }: Pick<ReadModel, 'fleet'>,
  signals: readonly Signal[],
): readonly (string | undefined)[] {
  return signals.map(({ keys }) => {
    const named = keys.find(({ type }) => type === 'managedDeviceId' || type === 'entraDeviceId');
    return named && fleet.claimed({ grade: 'claim', value: named.value })?.id;
  });
}

/** Whether a partner's reports may be matched by the user's mail address alone. */
export function matchesByEmail(memory: ReadModel): (connectorId: string) => boolean {
  return (connectorId) => memory.connector(connectorId)?.matchDevicesByEmail === true;
}

/** What the partner itself calls the device, or an incident on it. */
export function vendorKeys(signal: Signal): readonly VendorDeviceKey[] {
  return signal.keys
    .filter(isPartners)
    .map((key) => ({ connectorId: signal.connectorId, vendorDeviceId: nameAmongPartners(key) }));
}

/** Whether only the partner knows the id, so that it has to be learnt what it means. */
export function isPartners({ type }: Pick<DeviceKey, 'type'>): boolean {
  return type === 'vendorDeviceId' || type === 'vendorIncidentId';
}

const INCIDENT = 'incident:';

/** Incidents are remembered beside devices. */
function nameAmongPartners({ type, value }: DeviceKey): string {
  return type === 'vendorIncidentId' ? `${INCIDENT}${value}` : value;
}

/** The key under which a report waits until what is now learnt is known. */
export function keyOfLearnt({ vendorDeviceId: name }: VendorDeviceKey): DeviceKey {
  return name.startsWith(INCIDENT)
    ? { type: 'vendorIncidentId', value: name.slice(INCIDENT.length) }
    : { type: 'vendorDeviceId', value: name };
}

export interface Candidates {
  /** The devices that carry each id of the signal. */
  readonly byId: readonly (readonly string[])[];
  /** What the partner's own ids were learnt to mean. */
  readonly remembered?: readonly (string | undefined)[];
  /** The devices of the user with the mail address. */
  readonly ofUser?: readonly string[];
  readonly emailIsEnough?: boolean;
}

/**
 * The device that all the ids we know agree on is meant; an id that nobody here carries says nothing, since
 * vendors send ids of their own and of other systems. What was learnt counts only where no id tells, or several devices
 * carry it, so that a phone that was enrolled anew is found by its new ids. A mail address tells several candidates
 * apart, and stands alone only where the administrator said so and the user has one device.
 */
export function chooseDevice({ byId, remembered = [], ofUser = [], emailIsEnough = false }: Candidates): Match {
  const telling = byId.filter((ids) => ids.length > 0);
  const [first, ...rest] = telling;
  if (first !== undefined) {
    const agreed = [...new Set(first)].filter((id) => rest.every((ids) => ids.includes(id)));
    const ofThem = agreed.length > 1 ? agreed.filter((id) => ofUser.includes(id)) : agreed;
    const candidates = ofThem.length > 0 ? ofThem : agreed.length > 0 ? agreed : telling.flat();
    return only(ofThem) ?? learntAmong(candidates, remembered) ?? ambiguous(candidates);
  }
  const learnt = new Set(remembered.filter((id) => id !== undefined));
  if (learnt.size > 0) return only([...learnt]) ?? ambiguous([...learnt]);
  const user = new Set(ofUser);
  return emailIsEnough && user.size > 0 ? (only([...user]) ?? ambiguous([...user])) : { kind: 'unmatched' };
}

/** Of several devices the one that the partner's own id was learnt to mean; the report may be about the others as well. */
function learntAmong(candidates: readonly string[], remembered: readonly (string | undefined)[]): Matching | undefined {
  const deviceId = new Set(remembered.filter((id) => id !== undefined));
  const [only] = deviceId.size === 1 ? deviceId : [];
  if (only === undefined || !candidates.includes(only)) return undefined;
  return { kind: 'matched', deviceId: only, others: [...new Set(candidates)].filter((id) => id !== only) };
}

function ambiguous(candidates: readonly string[]): Match {
  return { kind: 'ambiguous', candidates: [...new Set(candidates)] };
}

function only(ids: readonly string[]): Match | undefined {
  const [deviceId] = ids;
  return ids.length === 1 && deviceId !== undefined ? { kind: 'matched', deviceId } : undefined;
}

function nameOf(key: DeviceKey): string {
  return `${key.type}\u0000${key.value.toLowerCase()}`;
}
