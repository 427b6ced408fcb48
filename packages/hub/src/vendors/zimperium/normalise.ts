import type { FindingReport, Instant, Signal, ThreatState } from '@sallyport/core';
import { stateOfLevel } from '@sallyport/core';
import { plainText } from '../plain-text.ts';
import { undated } from '../undated.ts';
import { unknownWord } from '../unknown-word.ts';
import { APP_STATUS, POSTURE, SEVERITY, THREAT_STATE } from './vocabulary.ts';
import type { ZimperiumRecord, ZimperiumThreat } from './wire.ts';
import { readRecord } from './wire.ts';

/** A record of the Data Export, or of the REST API; devices with the time at which they were read (`DeviceSnapshot`). */
export function normaliseZimperium(raw: unknown, connectorId: string, receivedAt: Instant): readonly Signal[] {
  const told = readRecord(raw);
  if (told === undefined) return [];
  const observedAt = told.at ?? receivedAt;
  const posture = postureOf(told);
  const read = told.threats.map((threat) => findingOf(threat, observedAt));
  const findings = new Map(read.flatMap(({ finding }) => (finding === undefined ? [] : [[finding.id, finding] as const])));
  const flag = posture.flag ?? read.find((one) => one.flag !== undefined)?.flag;
  if (posture.state === undefined && findings.size === 0 && flag === undefined) return [];
  return [{
    connectorId, reportId: told.reportId.slice(0, 256), keys: told.keys, observedAt, ...undated(told.at), findings: [...findings.values()],
    ...(posture.state && { state: posture.state }), ...(flag && { flag }),
  }];
}

/**
 * The posture is about the device, the severity about one threat, and they differ in real records: the
 * posture counts. An unknown word about the app keeps a device from being called secured, never from being
 * called dangerous.
 */
function postureOf({ posture, appStatus, deleted }: ZimperiumRecord): { readonly state?: ThreatState; readonly flag?: string } {
  if (deleted) return { state: 'deactivated' };
  const level = POSTURE.get(posture ?? '');
  const app = appStatus === undefined ? 'ok' : APP_STATUS.get(appStatus);
  const flag = unknownWord('risk posture', posture, POSTURE) ?? unknownWord('app status', appStatus, APP_STATUS);
  if (level !== undefined && level !== 'secured') return { state: stateOfLevel(level), ...(flag && { flag }) };
  if (app !== 'ok' && app !== undefined) return { state: app, ...(flag && { flag }) };
  if (flag !== undefined) return { flag };
  return level === undefined ? {} : { state: stateOfLevel(level) };
}

/** A finding whose state or severity we cannot read is left out, so that what was last known of it stays. */
function findingOf(threat: ZimperiumThreat, observedAt: Instant): { readonly finding?: FindingReport; readonly flag?: string } {
  if (threat.id === undefined) return { flag: 'threat without id' };
  const state = threat.mitigated ? 'resolved' : THREAT_STATE.get(threat.state ?? '');
  if (state === undefined) return { flag: unknownWord('threat state', threat.state ?? '(none)', THREAT_STATE) ?? '' };
  const severity = threat.simulated ? 'none' : SEVERITY.get(threat.severity ?? '');
  if (severity === undefined && state === 'open') return { flag: unknownWord('severity', threat.severity ?? '(none)', SEVERITY) ?? '' };
  const kind = plainText(threat.kind, 128) ?? 'THREAT';
  const title = plainText(threat.title, 400) ?? kind;
  const finding: FindingReport = {
    id: threat.id,
    type: kind,
    state,
    title: threat.simulated ? `${title} (simulated)` : title,
    ...(severity !== undefined && severity !== 'none' && { severity }),
    ...(state === 'open' && { detectedAt: threat.at ?? observedAt }),
  };
  return { finding };
}
