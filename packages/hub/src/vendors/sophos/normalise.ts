import type { FindingReport, Instant, Signal } from '@sallyport/core';
import { keysOf } from '../kit/device-keys.ts';
import type { ReadSnapshot } from '../kit/device-snapshot.ts';
import { readSnapshot, snapshotReportId } from '../kit/device-snapshot.ts';
import { nameDevice } from '../kit/name-device.ts';
import { plainText } from '../kit/plain-text.ts';
import { postureOfWords } from '../kit/posture-of-words.ts';
import { undated } from '../kit/undated.ts';
import type { Doubt } from '../kit/unknown-word.ts';
import { doubtsOf, unknownTerm } from '../kit/unknown-word.ts';
import { fingerprint } from '../kit/wire-read.ts';
import { sophosSettings } from './settings.ts';
import type { TypeMeaning } from './vocabulary.ts';
import { APP_CONTACT, APP_SILENT_MS, complianceWords, HEALTH, MANAGED, meaningOfType, SEVERITY } from './vocabulary.ts';
import type { SophosEvent } from './wire.ts';
import { readDevice, readEvent } from './wire.ts';

type NonCompliantLevel = Parameters<typeof complianceWords>[0];

/** A device of the list with the time at which it was read (`DeviceSnapshot`), an event or an alert. */
export function normaliseSophos(
  raw: unknown,
  connectorId: string,
  receivedAt: Instant,
  settings: Readonly<Record<string, unknown>>,
): readonly Signal[] {
  const snapshot = readSnapshot(raw);
  if (snapshot !== undefined)
    return ofSnapshot(snapshot, connectorId, sophosSettings.shape.nonCompliantLevel.parse(settings.nonCompliantLevel));
  const event = readEvent(raw);
  return event === undefined ? [] : ofEvent(event, connectorId, receivedAt);
}

function ofSnapshot(snapshot: ReadSnapshot, connectorId: string, nonCompliant: NonCompliantLevel): readonly Signal[] {
  const { id, serialNumber, health, compliant, breach, managed, email, lastSeen, appSeenAt } = readDevice(
    snapshot.device,
  );
  if (id === undefined) return [];
  const isSilent = appSeenAt !== undefined && snapshot.takenAt - appSeenAt > APP_SILENT_MS;
  const posture = postureOfWords(
    [
      { field: 'health state', told: health, means: HEALTH },
      { field: 'compliance', told: compliant, means: complianceWords(nonCompliant) },
      // The worse of the two, so that nothing Sophos calls severe counts as less. Who keeps the rules breaks none.
      ...(compliant === 'FALSE' && nonCompliant !== 'none'
        ? [{ field: 'compliance severity', told: breach, means: SEVERITY }]
        : []),
    ],
    [
      { field: 'managed state', told: managed, means: MANAGED },
      { field: 'app contact', told: isSilent ? 'SILENT' : undefined, means: APP_CONTACT },
    ],
  );
  const { keys, keyFlag } = nameDevice(['serialNumber', serialNumber], ['vendorDeviceId', id], ['email', email]);
  return [
    {
      connectorId,
      reportId: snapshotReportId(id, snapshot, health, compliant, breach, managed, lastSeen, serialNumber),
      keys,
      observedAt: snapshot.takenAt,
      findings: [],
      ...posture,
      ...doubtsOf(posture, { flag: keyFlag }),
    },
  ];
}

/** Events tell why; the level is the list's to say, since a device may have several threats and one of them ended. */
function ofEvent(event: SophosEvent, connectorId: string, receivedAt: Instant): readonly Signal[] {
  const meaning = meaningOfType(event.type);
  const keys = keysOf(['vendorDeviceId'], event.deviceId);
  if (meaning === undefined || keys.length === 0) return [];
  const observedAt = event.at ?? receivedAt;
  const common = {
    connectorId,
    reportId: event.reportId ?? `event:${fingerprint(event)}`,
    keys,
    observedAt,
    ...undated(event.at),
  };
  if (meaning.kind === 'left') return [{ ...common, state: 'deactivated', findings: [] }];
  const { finding, ...doubt } = findingOf(event, meaning as Exclude<TypeMeaning, { kind: 'left' }>, observedAt);
  return [{ ...common, findings: finding === undefined ? [] : [finding], ...doubt }];
}

/** A finding whose severity we cannot read is left out, so that what was last known of it stays. */
function findingOf(
  event: SophosEvent,
  meaning: Exclude<TypeMeaning, { kind: 'left' }>,
  at: Instant,
): Doubt & { readonly finding?: FindingReport } {
  const severity = SEVERITY.get(event.severity ?? '');
  const opens = meaning.state === 'open';
  if (opens && severity === undefined) return unknownTerm('finding', 'severity', event.severity ?? '(none)', SEVERITY);
  const finding: FindingReport = {
    id: findingId(event, meaning),
    type: meaning.kind,
    state: opens ? 'open' : 'resolved',
    title: event.text ?? meaning.kind,
    ...(opens && severity !== undefined && severity !== 'none' && { severity }),
    ...(meaning.state !== 'resolved' && { detectedAt: at }),
  };
  return { finding };
}

/** A device keeps the rules or not, so that is one finding; a threat goes by its name, what passed by the event. */
function findingId(event: SophosEvent, meaning: Exclude<TypeMeaning, { kind: 'left' }>): string {
  if (meaning.kind === 'NON_COMPLIANT') return meaning.kind;
  if (meaning.state === 'passed') return event.reportId ?? `${meaning.kind}:${fingerprint(event)}`;
  return (
    plainText(event.subject === undefined ? meaning.kind : `${meaning.kind}:${event.subject}`, 256) ?? meaning.kind
  );
}
