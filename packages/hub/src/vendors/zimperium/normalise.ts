import type { Instant, Signal } from '@sallyport/core';
import type { Posture } from '../kit/posture-of-words.ts';
import { postureOfWords } from '../kit/posture-of-words.ts';
import { undated } from '../kit/undated.ts';
import { doubtsOf } from '../kit/unknown-word.ts';
import { findingOf } from './finding.ts';
import { ofIncident } from './incident.ts';
import { APP_STATUS, POSTURE } from './vocabulary.ts';
import type { ZimperiumRecord } from './wire.ts';
import { readRecord } from './wire.ts';

/** A record of the Data Export, or of the REST API; devices with the time at which they were read (`DeviceSnapshot`). */
export function normaliseZimperium(raw: unknown, connectorId: string, receivedAt: Instant): readonly Signal[] {
  const told = readRecord(raw);
  if (told === undefined) return [];
  if (told.incident !== undefined) return ofIncident(told, told.incident, connectorId, receivedAt);
  const observedAt = told.at ?? receivedAt;
  const posture = postureOf(told);
  const read = told.threats.map((threat) => findingOf(threat, observedAt));
  const findings = new Map(
    read.flatMap(({ finding }) => (finding === undefined ? [] : [[finding.id, finding] as const])),
  );
  const doubts = doubtsOf(posture, ...read, { flag: told.keyFlag });
  if (posture.state === undefined && findings.size === 0 && doubts.flag === undefined) return [];
  return [
    {
      connectorId,
      reportId: told.reportId.slice(0, 256),
      keys: told.keys,
      observedAt,
      ...undated(told.at),
      findings: [...findings.values()],
      ...(posture.state && { state: posture.state }),
      ...(posture.understood && { understood: posture.understood }),
      ...doubts,
    },
  ];
}

/** The posture is about the device, the severity about one threat, and they differ in real records: the posture counts. */
function postureOf({ posture, appStatus, deleted }: ZimperiumRecord): Posture {
  if (deleted) return { state: 'deactivated' };
  return postureOfWords(
    [{ field: 'risk posture', told: posture, means: POSTURE }],
    [{ field: 'app status', told: appStatus, means: APP_STATUS }],
  );
}
