import type { Instant, Signal } from '@sallyport/core';
import { readSnapshot, snapshotReportId } from '../kit/device-snapshot.ts';
import { postureOfWords } from '../kit/posture-of-words.ts';
import { doubtsOf } from '../kit/unknown-word.ts';
import { defenderSettings } from './settings.ts';
import { HEALTH, ONBOARDING, RISK } from './vocabulary.ts';
import { readMachine } from './wire.ts';

/** A machine with the time at which it was read (`DeviceSnapshot`). */
export function normaliseDefender(
  raw: unknown,
  connectorId: string,
  _receivedAt: Instant,
  settings: Readonly<Record<string, unknown>>,
): readonly Signal[] {
  const snapshot = readSnapshot(raw);
  if (snapshot === undefined) return [];
  const { id, keys, keyFlag, risk, health, onboarding, lastSeen } = readMachine(snapshot.device);
  if (id === undefined) return [];
  const ignoresHealth = defenderSettings.shape.notActive.parse(settings.notActive) === 'ignore';
  const posture = postureOfWords(
    [{ field: 'risk score', told: risk, means: RISK }],
    [
      { field: 'onboarding status', told: onboarding, means: ONBOARDING },
      ...(ignoresHealth ? [] : [{ field: 'health status', told: health, means: HEALTH }]),
    ],
  );
  return [
    {
      connectorId,
      reportId: snapshotReportId(id, snapshot, risk, health, onboarding, lastSeen),
      keys,
      observedAt: snapshot.takenAt,
      findings: [],
      ...posture,
      ...doubtsOf(posture, { flag: keyFlag }),
    },
  ];
}
