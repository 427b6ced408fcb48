import type { FindingReport, Instant, Signal } from '@sallyport/core';
import { categoryOf } from '@sallyport/core';
import type { ReadSnapshot } from '../kit/device-snapshot.ts';
import { readSnapshot, snapshotReportId } from '../kit/device-snapshot.ts';
import type { NamedDevice } from '../kit/name-device.ts';
import { nameDevice } from '../kit/name-device.ts';
import { plainText } from '../kit/plain-text.ts';
import type { Posture } from '../kit/posture-of-words.ts';
import { postureOfWords } from '../kit/posture-of-words.ts';
import { undated } from '../kit/undated.ts';
import type { Doubt } from '../kit/unknown-word.ts';
import { doubtsOf, unknownTerm } from '../kit/unknown-word.ts';
import { fingerprint } from '../kit/wire-read.ts';
import { LOOKOUT_CATEGORIES } from './categories.ts';
import { ACTIVATION, PROTECTION, REMOVED, SECURITY, SEVERITY, THREAT_STATUS } from './vocabulary.ts';
import type { LookoutDevice, LookoutEvent, LookoutThreat } from './wire.ts';
import { readDevice, readEvent } from './wire.ts';

/** How much later than a threat Lookout may come to the status that follows from it; seconds were seen. */
const POSTURE_COMES_LATE_MS = 5 * 60_000;

/** An event of the stream, or a device of the list with the time at which it was read (`DeviceSnapshot`). */
export function normaliseLookout(raw: unknown, connectorId: string, receivedAt: Instant): readonly Signal[] {
  const snapshot = readSnapshot(raw);
  if (snapshot !== undefined) return ofSnapshot(snapshot, connectorId);
  const event = readEvent(raw);
  return event === undefined ? [] : ofEvent(event, connectorId, receivedAt);
}

/**
 * The time is that of reading, because the list is Lookout's word at that moment, also where an administrator
 * changed something without the device.
 */
function ofSnapshot(snapshot: ReadSnapshot, connectorId: string): readonly Signal[] {
  const device = readDevice(snapshot.device);
  if (device.guid === undefined) return [];
  const { security, activation, protection, parent, checkinTime } = device;
  const reportId = snapshotReportId(
    device.guid,
    snapshot,
    security,
    activation,
    protection,
    checkinTime,
    device.externalId,
    ...(parent === undefined ? [] : [parent]),
  );
  const { keys, keyFlag } = named(device.guid, device);
  const posture = postureOf(device, false);
  return [
    {
      connectorId,
      reportId,
      keys,
      observedAt: snapshot.takenAt,
      securedEndsFindings: POSTURE_COMES_LATE_MS,
      ...posture,
      ...doubtsOf(posture, { flag: keyFlag }),
      findings: [],
    },
  ];
}

function ofEvent(event: LookoutEvent, connectorId: string, receivedAt: Instant): readonly Signal[] {
  const told = whatItTells(event, event.at ?? receivedAt);
  if (event.deviceGuid === undefined || told === undefined) return [];
  const observedAt = event.at ?? receivedAt;
  const reportId = event.id ?? `event:${fingerprint(event)}`;
  const { keys, keyFlag } = named(event.deviceGuid, event.device);
  return [
    {
      connectorId,
      reportId,
      keys,
      observedAt,
      ...undated(event.at),
      securedEndsFindings: POSTURE_COMES_LATE_MS,
      ...told,
      ...doubtsOf(told, { flag: keyFlag }),
    },
  ];
}

type Told = Pick<Signal, 'state' | 'flag' | 'unknownTerms' | 'retires' | 'findings'>;

/** `undefined` for audit events and all kinds to come: they say nothing about a device's health. */
function whatItTells(event: LookoutEvent, at: Instant): Told | undefined {
  switch (event.type) {
    case 'DEVICE':
      return event.device === undefined ? undefined : { ...ofDevice(event.device, isRemoved(event)), findings: [] };
    case 'THREAT':
      return event.threat === undefined ? undefined : ofThreat(event, event.threat, at);
    case 'SMISHING_ALERT':
      return event.smishing === undefined ? undefined : ofSmishing(event, at);
    default:
      return undefined;
  }
}

/** An administrator of Lookout who deletes a device ends what this record of it reported, whatever records come after it. */
function ofDevice(device: LookoutDevice, removed: boolean): Pick<Told, 'state' | 'flag' | 'unknownTerms' | 'retires'> {
  const posture = postureOf(device, removed);
  return removed || device.activation === 'DELETED' ? { ...posture, retires: true } : posture;
}

function isRemoved(event: LookoutEvent): boolean {
  return event.change !== undefined && REMOVED.has(event.change);
}

/** The device's own posture goes before anything that single threats say; of a profile and the phone that it is on the worse counts. */
function postureOf({ parent, ...own }: LookoutDevice, removed: boolean): Posture {
  if (removed) return { state: 'deactivated' };
  const statuses = [{ of: '', ...own }, ...(parent === undefined ? [] : [{ of: 'parent ', ...parent }])];
  return postureOfWords(
    statuses.map(({ of, security }) => ({ field: `${of}security_status`, told: security, means: SECURITY })),
    statuses.flatMap(({ of, activation, protection }) => [
      { field: `${of}activation_status`, told: activation, means: ACTIVATION },
      { field: `${of}protection_status`, told: protection, means: PROTECTION },
    ]),
  );
}

function ofThreat(event: LookoutEvent, threat: LookoutThreat, at: Instant): Told {
  const posture = event.device === undefined ? {} : postureOf(event.device, false);
  const { finding, ...doubt } = findingOf(event, threat, at);
  return { ...posture, ...doubtsOf(doubt, posture), findings: finding === undefined ? [] : [finding] };
}

/** A finding whose state or severity we cannot read is left out, so that what was last known of it stays. */
function findingOf(
  event: LookoutEvent,
  threat: LookoutThreat,
  at: Instant,
): Doubt & { readonly finding?: FindingReport } {
  if (threat.id === undefined) return { flag: 'threat without id' };
  const removed = isRemoved(event);
  const state = removed ? 'resolved' : THREAT_STATUS.get(threat.status ?? '');
  if (state === undefined) return unknownTerm('finding', 'threat status', threat.status ?? '(none)', THREAT_STATUS);
  const severity = SEVERITY.get(threat.severity ?? '');
  if (severity === undefined && state === 'open')
    return unknownTerm('finding', 'severity', threat.severity ?? '(none)', SEVERITY);
  const kind = threat.classifications[0] ?? threat.type ?? 'THREAT';
  // Of several classifications, the first that tells anything.
  const category = threat.classifications
    .map((name) => categoryOf(LOOKOUT_CATEGORIES, name))
    .find((one) => one !== 'unclassified');
  const finding: FindingReport = {
    id: threat.id,
    type: plainText(kind, 128) ?? 'THREAT',
    ...(category !== undefined && { category }),
    state,
    title: titleOf(kind, threat.subject),
    ...(severity !== undefined && severity !== 'none' && { severity }),
    ...(state === 'open' && { detectedAt: at }),
  };
  return { finding };
}

/** An alert tells of a message that came and went; no later event closes it, so it is not kept open. */
function ofSmishing(event: LookoutEvent, at: Instant): Told {
  const { id = event.id, detections = [] } = event.smishing ?? {};
  const [first = 'SMISHING_ALERT', ...others] = detections;
  const kind = plainText(first, 128) ?? 'SMISHING_ALERT';
  const title = plainText([titleOf(kind, undefined), ...others.map(labelOf)].join(', '), 400) ?? kind;
  return { findings: id === undefined ? [] : [{ id, type: kind, state: 'resolved', title, detectedAt: at }] };
}

/** "ACTIVE_MITM" and "Cafe" become "Active mitm: Cafe". */
function titleOf(kind: string, subject: string | undefined): string {
  const words = labelOf(kind);
  const label = words.charAt(0).toUpperCase() + words.slice(1);
  const about = plainText(subject, 200);
  return plainText(about === undefined ? label : `${label}: ${about}`, 400) ?? 'Threat';
}

function labelOf(kind: string): string {
  return kind.toLowerCase().replaceAll('_', ' ');
}

function named(guid: string, device: LookoutDevice | undefined): NamedDevice {
  return nameDevice(['mdmDeviceId', device?.externalId], ['vendorDeviceId', guid], ['email', ...(device?.email ?? [])]);
}
