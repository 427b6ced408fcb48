import type { FindingReport, Instant, Signal } from '@sallyport/core';
import { readSnapshot, removedSignal, snapshotReportId, type ReadSnapshot } from '../device-snapshot.ts';
import { distinctKeys, keysOf, mdmDeviceKeys } from '../device-keys.ts';
import { plainText } from '../plain-text.ts';
import { postureOfWords } from '../posture-of-words.ts';
import { undated } from '../undated.ts';
import type { Doubt } from '../unknown-word.ts';
import { unknownTerm } from '../unknown-word.ts';
import { fingerprint } from '../wire-read.ts';
import { EVENT, RISK, SEVERITY, STATUS } from './vocabulary.ts';
import type { CheckPointAlert } from './wire.ts';
import { readAlert, readDevice } from './wire.ts';

/** A device of the list with the time at which it was read (`DeviceSnapshot`), one that is gone from it, or an alert. */
export function normaliseCheckPoint(raw: unknown, connectorId: string, receivedAt: Instant): readonly Signal[] {
  const removed = removedSignal(raw, connectorId);
  if (removed !== undefined) return [removed];
  const snapshot = readSnapshot(raw);
  if (snapshot !== undefined) return ofDevice(snapshot, connectorId);
  const alert = readAlert(raw);
  return alert === undefined ? [] : ofAlert(alert, connectorId, receivedAt);
}

/** The device list is the vendor's own judgement; alerts only tell why. */
function ofDevice(snapshot: ReadSnapshot, connectorId: string): readonly Signal[] {
  const { id, risk, status, mdm, email } = readDevice(snapshot.device);
  if (id === undefined) return [];
  const posture = postureOfWords([{ field: 'risk', told: risk, means: RISK }], [{ field: 'status', told: status, means: STATUS }]);
  if (posture.state === undefined && posture.flag === undefined) return [];
  return [{
    connectorId, observedAt: snapshot.takenAt, findings: [], ...posture,
    reportId: snapshotReportId(id, snapshot, risk, status, mdm),
    keys: distinctKeys([...mdmDeviceKeys(mdm), ...keysOf(['vendorDeviceId'], id), ...keysOf(['email'], email)]),
  }];
}

function ofAlert(alert: CheckPointAlert, connectorId: string, receivedAt: Instant): readonly Signal[] {
  const { id, deviceId, event, severity, updated, mdm, email } = alert;
  const { finding, ...doubt } = findingOf(alert);
  return [{
    connectorId,
    reportId: `alert:${id}:${fingerprint(updated, event, severity)}`,
    observedAt: alert.updatedAt ?? alert.happenedAt ?? receivedAt, ...undated(alert.updatedAt ?? alert.happenedAt),
    keys: distinctKeys([...mdmDeviceKeys(mdm), ...keysOf(['vendorDeviceId'], deviceId), ...keysOf(['email'], email)]),
    findings: finding === undefined ? [] : [finding], ...doubt,
  }];
}

/** A finding whose event or severity we cannot read is left out, so that what was last known of it stays. */
function findingOf(alert: CheckPointAlert): Doubt & { readonly finding?: FindingReport } {
  const event = EVENT.get(alert.event ?? '');
  if (event === undefined) return unknownTerm('finding', 'event', alert.event ?? '(none)', EVENT);
  const severity = event === 'remark' ? 'none' : SEVERITY.get(alert.severity ?? '');
  if (severity === undefined && event === 'open') return unknownTerm('finding', 'severity', alert.severity ?? '(none)', SEVERITY);
  const factors = alert.factors ?? alert.vector ?? 'Alert';
  const at = alert.happenedAt ?? alert.updatedAt;
  const finding: FindingReport = {
    id: alert.id,
    type: plainText(factors.split(',', 1)[0], 128) ?? 'Alert',
    state: event === 'open' ? 'open' : 'resolved',
    title: plainText(alert.details === undefined ? factors : `${factors}: ${alert.details}`, 400) ?? 'Alert',
    ...(severity !== undefined && severity !== 'none' && { severity }),
    ...(event !== 'resolved' && at !== undefined && { detectedAt: at }),
  };
  return { finding };
}
