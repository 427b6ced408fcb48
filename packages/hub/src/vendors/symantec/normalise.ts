import type { FindingReport, Instant, Signal } from '@sallyport/core';
import { categoryOf } from '@sallyport/core';
import type { ReadSnapshot } from '../kit/device-snapshot.ts';
import { readSnapshot, removedSignal, snapshotReportId } from '../kit/device-snapshot.ts';
import { nameDevice } from '../kit/name-device.ts';
import { plainText } from '../kit/plain-text.ts';
import { postureOfWords } from '../kit/posture-of-words.ts';
import { undated } from '../kit/undated.ts';
import type { Doubt } from '../kit/unknown-word.ts';
import { doubtsOf, unknownTerm } from '../kit/unknown-word.ts';
import { fingerprint } from '../kit/wire-read.ts';
import { SYMANTEC_CATEGORIES } from './categories.ts';
import type { SymantecSettings } from './settings.ts';
import { DEVICE_STATUS_WHERE_AT_RISK_IS, EVENT, HEALTH, RISK, SEVERITY } from './vocabulary.ts';
import type { SepMobileIncident } from './wire.ts';
import { readDevice, readIncident } from './wire.ts';

type Meaning = Pick<SymantecSettings, 'atRiskLevel'>;

/** A device of Symantec Endpoint Security with the time at which it was read (`DeviceSnapshot`), one that is gone from it, or an incident of SEP Mobile. */
export function normaliseSymantec(
  raw: unknown,
  connectorId: string,
  receivedAt: Instant,
  meaning: Meaning,
): readonly Signal[] {
  const removed = removedSignal(raw, connectorId);
  if (removed !== undefined) return [removed];
  const snapshot = readSnapshot(raw);
  if (snapshot !== undefined) return ofDevice(snapshot, connectorId, meaning);
  const incident = readIncident(raw);
  return incident === undefined ? [] : ofIncident(incident, connectorId, receivedAt);
}

function ofDevice(snapshot: ReadSnapshot, connectorId: string, { atRiskLevel }: Meaning): readonly Signal[] {
  const { id, type, status, email, serialNumber, imei, udid } = readDevice(snapshot.device);
  if (id === undefined || (type !== undefined && type !== 'MOBILE')) return [];
  const posture = postureOfWords([
    { field: 'device status', told: status, means: DEVICE_STATUS_WHERE_AT_RISK_IS[atRiskLevel] },
  ]);
  if (posture.state === undefined && posture.flag === undefined) return [];
  const { keys, keyFlag } = nameDevice(
    ['serialNumber', serialNumber],
    ['imei', imei],
    ['udid', udid],
    ['vendorDeviceId', id],
    ['email', email],
  );
  return [
    {
      connectorId,
      keys,
      observedAt: snapshot.takenAt,
      findings: [],
      ...posture,
      ...doubtsOf(posture, { flag: keyFlag }),
      reportId: snapshotReportId(id, snapshot, status, atRiskLevel),
    },
  ];
}

function ofIncident(incident: SepMobileIncident, connectorId: string, receivedAt: Instant): readonly Signal[] {
  const { id, event, severity, risk, health, at, deviceId, email } = incident;
  const posture = postureOfWords(
    [{ field: 'risk', told: risk, means: RISK }],
    [{ field: 'health status', told: health, means: HEALTH }],
  );
  const { finding, ...doubt } = findingOf(incident);
  const { keys, keyFlag } = nameDevice(['vendorDeviceId', deviceId], ['email', email]);
  return [
    {
      connectorId,
      keys,
      observedAt: at ?? receivedAt,
      ...undated(at),
      ...posture,
      ...doubtsOf(doubt, posture, { flag: keyFlag }),
      reportId: `incident:${id ?? 'none'}:${fingerprint(event, severity, risk, health, at, deviceId, email)}`,
      findings: finding === undefined ? [] : [finding],
    },
  ];
}

/** A finding whose event or severity we cannot read is left out, so that what was last known of it stays. */
function findingOf({
  id,
  type,
  subType,
  event,
  severity,
  subject,
  at,
}: SepMobileIncident): Doubt & { readonly finding?: FindingReport } {
  if (id === undefined) return { flag: 'incident without id' };
  const state = EVENT.get(event ?? '');
  if (state === undefined) return unknownTerm('finding', 'event type', event ?? '(none)', EVENT);
  const level = SEVERITY.get(severity ?? '');
  if (level === undefined && state === 'open')
    return unknownTerm('finding', 'severity', severity ?? '(none)', SEVERITY);
  const kind = type ?? 'Incident';
  const closer = categoryOf(SYMANTEC_CATEGORIES, subType ?? '');
  const title = [
    subType === undefined ? kind : `${kind} (${subType})`,
    ...(subject === undefined ? [] : [subject]),
  ].join(': ');
  const finding: FindingReport = {
    id,
    state,
    type: kind,
    title: plainText(title, 400) ?? kind,
    // The sub-type often tells more than the type.
    ...(closer !== 'unclassified' && { category: closer }),
    ...(level !== undefined && level !== 'none' && { severity: level }),
    ...(state === 'open' && at !== undefined && { detectedAt: at }),
  };
  return { finding };
}
