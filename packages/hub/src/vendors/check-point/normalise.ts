import type { FindingReport, Instant, Signal } from '@sallyport/core';
import { readSnapshot, removedSignal, snapshotReportId, type ReadSnapshot } from '../kit/device-snapshot.ts';
import { nameDevice } from '../kit/name-device.ts';
import { plainText } from '../kit/plain-text.ts';
import { postureOfWords } from '../kit/posture-of-words.ts';
import { undated } from '../kit/undated.ts';
import type { Doubt } from '../kit/unknown-word.ts';
import { doubtsOf, unknownTerm } from '../kit/unknown-word.ts';
import { fingerprint, identifier } from '../kit/wire-read.ts';
import type { EventWord } from './vocabulary.ts';
import { EVENT, RISK, SEVERITY, STATUS } from './vocabulary.ts';
import type { CheckPointAlert } from './wire.ts';
import { readAlert, readDevice } from './wire.ts';

/** How much later than an alert the risk of its device may follow: alerts themselves reach the API up to this late. */
const RISK_COMES_LATE_MS = 15 * 60_000;

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
  const posture = postureOfWords(
    [{ field: 'risk', told: risk, means: RISK }],
    [{ field: 'status', told: status, means: STATUS }],
  );
  if (posture.state === undefined && posture.flag === undefined) return [];
  const { keys, keyFlag } = nameDevice(['mdmDeviceId', mdm], ['vendorDeviceId', id], ['email', email]);
  return [
    {
      connectorId,
      keys,
      observedAt: snapshot.takenAt,
      findings: [],
      securedEndsFindings: RISK_COMES_LATE_MS,
      ...posture,
      ...doubtsOf(posture, { flag: keyFlag }),
      reportId: snapshotReportId(id, snapshot, risk, status, mdm),
    },
  ];
}

function ofAlert(alert: CheckPointAlert, connectorId: string, receivedAt: Instant): readonly Signal[] {
  const { id, deviceId, event, severity, updated, mdm, email } = alert;
  const means = EVENT.get(event ?? '');
  if (means === 'nothing') return [];
  const at = alert.updatedAt ?? alert.happenedAt;
  const { keys, keyFlag: flag } = nameDevice(['mdmDeviceId', mdm], ['vendorDeviceId', deviceId], ['email', email]);
  const common = { connectorId, keys, observedAt: at ?? receivedAt, ...undated(at), ...doubtsOf({ flag }) };
  const name = `${id}:${fingerprint(updated, event, severity)}`;
  const contact = `contact:${deviceId ?? identifier(mdm) ?? 'none'}:`;
  switch (means) {
    case 'contactLost':
      return [{ ...common, reportId: `${contact}${name}`, state: 'unresponsive', findings: [] }];
    // Of the device it says no more than that the app is back: it ends what an alert of the other kind began.
    case 'contactBack':
      return [{ ...common, reportId: `${contact}${name}`, state: 'activated', endsReports: contact, findings: [] }];
    default: {
      const { finding, ...doubt } = findingOf(alert, means);
      return [
        {
          ...common,
          reportId: `alert:${name}`,
          securedEndsFindings: RISK_COMES_LATE_MS,
          findings: finding === undefined ? [] : [finding],
          ...doubtsOf(doubt, { flag }),
        },
      ];
    }
  }
}

/** Whether an alert may have put a word about the app over the list's, which is to be told again then. */
export function speaksOfContact({ event }: CheckPointAlert): boolean {
  return ['contactLost', 'contactBack'].includes(EVENT.get(event ?? '') ?? '');
}

/** A finding whose event or severity we cannot read is left out, so that what was last known of it stays. */
function findingOf(alert: CheckPointAlert, event: EventWord | undefined): Doubt & { readonly finding?: FindingReport } {
  if (event === undefined) return unknownTerm('finding', 'event', alert.event ?? '(none)', EVENT);
  const severity = event === 'remark' ? 'none' : SEVERITY.get(alert.severity ?? '');
  if (severity === undefined && event === 'open')
    return unknownTerm('finding', 'severity', alert.severity ?? '(none)', SEVERITY);
  const factors = alert.factors ?? alert.vector ?? 'Alert';
  const at = alert.happenedAt ?? alert.updatedAt;
  const finding: FindingReport = {
    id: alert.id,
    type: plainText(factors.split(',', 1)[0], 128) ?? 'Alert',
    // What is for information only needs no action (the vendor's page), so nothing is open.
    state: event === 'open' && severity !== 'none' ? 'open' : 'resolved',
    title: plainText(alert.details === undefined ? factors : `${factors}: ${alert.details}`, 400) ?? 'Alert',
    ...(severity !== undefined && severity !== 'none' && { severity }),
    ...(event !== 'resolved' && at !== undefined && { detectedAt: at }),
  };
  return { finding };
}
