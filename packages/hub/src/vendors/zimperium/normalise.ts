import type { FindingReport, Instant, Signal } from '@sallyport/core';
import { plainText } from '../plain-text.ts';
import type { Posture } from '../posture-of-words.ts';
import { postureOfWords } from '../posture-of-words.ts';
import { undated } from '../undated.ts';
import type { Doubt } from '../unknown-word.ts';
import { doubtsOf, unknownTerm } from '../unknown-word.ts';
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
  const doubts = doubtsOf(posture, ...read);
  if (posture.state === undefined && findings.size === 0 && doubts.flag === undefined) return [];
  return [{
    connectorId, reportId: told.reportId.slice(0, 256), keys: told.keys, observedAt, ...undated(told.at), findings: [...findings.values()],
    ...(posture.state && { state: posture.state }), ...doubts,
  }];
}

/** The posture is about the device, the severity about one threat, and they differ in real records: the posture counts. */
function postureOf({ posture, appStatus, deleted }: ZimperiumRecord): Posture {
  if (deleted) return { state: 'deactivated' };
  return postureOfWords([{ field: 'risk posture', told: posture, means: POSTURE }], [{ field: 'app status', told: appStatus, means: APP_STATUS }]);
}

/** A finding whose state or severity we cannot read is left out, so that what was last known of it stays. */
function findingOf(threat: ZimperiumThreat, observedAt: Instant): Doubt & { readonly finding?: FindingReport } {
  if (threat.id === undefined) return { flag: 'threat without id' };
  const state = threat.mitigated ? 'resolved' : THREAT_STATE.get(threat.state ?? '');
  if (state === undefined) return unknownTerm('finding', 'threat state', threat.state ?? '(none)', THREAT_STATE);
  const severity = threat.simulated ? 'none' : SEVERITY.get(threat.severity ?? '');
  if (severity === undefined && state === 'open') return unknownTerm('finding', 'severity', threat.severity ?? '(none)', SEVERITY);
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
