import type { FindingReport, Instant, Signal } from '@sallyport/core';
import { consoleLink } from '../kit/console-link.ts';
import type { ReadSnapshot } from '../kit/device-snapshot.ts';
import { readSnapshot, removedSignal, snapshotReportId } from '../kit/device-snapshot.ts';
import { plainText } from '../kit/plain-text.ts';
import { postureOfWords } from '../kit/posture-of-words.ts';
import { undated } from '../kit/undated.ts';
import type { Doubt } from '../kit/unknown-word.ts';
import { doubtAbout, doubtsOf, unknownTerm } from '../kit/unknown-word.ts';
import { fingerprint } from '../kit/wire-read.ts';
import { ACTION, isPassing, levelOfSeverity, RISK } from './vocabulary.ts';
import type { JamfEvent } from './wire.ts';
import { readDevice, readEvent } from './wire.ts';

/** How much later than an event Jamf may come to the risk that follows from it. Nobody tells; a list is read every ten minutes. */
const RISK_COMES_LATE_MS = 15 * 60_000;

/** A device of the list with the time at which it was read (`DeviceSnapshot`), one that is gone from it, or an event of the Threat Events Stream. */
export function normaliseJamf(raw: unknown, connectorId: string, receivedAt: Instant): readonly Signal[] {
  const removed = removedSignal(raw, connectorId);
  if (removed !== undefined) return [removed];
  const snapshot = readSnapshot(raw);
  if (snapshot !== undefined) return ofSnapshot(snapshot, connectorId);
  const event = readEvent(raw);
  return event === undefined ? [] : ofEvent(event, connectorId, receivedAt);
}

function ofSnapshot(snapshot: ReadSnapshot, connectorId: string): readonly Signal[] {
  const { id, risk, keys, keyFlag } = readDevice(snapshot.device);
  if (id === undefined) return [];
  const posture = postureOfWords([{ field: 'risk category', told: risk, means: RISK }]);
  return [
    {
      connectorId,
      reportId: snapshotReportId(
        id,
        snapshot,
        risk,
        keys.map(({ value }) => value),
      ),
      keys,
      observedAt: snapshot.takenAt,
      findings: [],
      securedEndsFindings: RISK_COMES_LATE_MS,
      ...posture,
      ...doubtsOf(posture, { flag: keyFlag }),
    },
  ];
}

/** Events tell why; the level is the list's to say where it says one, and so mostly is the end of what lasts. */
function ofEvent(event: JamfEvent, connectorId: string, receivedAt: Instant): readonly Signal[] {
  if (event.name === undefined || event.keys.length === 0) return [];
  const observedAt = event.at ?? receivedAt;
  const { finding, ...doubt } = findingOf(event, event.name, observedAt);
  return [
    {
      connectorId,
      reportId: reportIdOf(event),
      keys: event.keys,
      observedAt,
      ...undated(event.at),
      securedEndsFindings: RISK_COMES_LATE_MS,
      findings: finding === undefined ? [] : [finding],
      ...doubtsOf(doubt, { flag: event.keyFlag }),
    },
  ];
}

/** That an alert is resolved is news under the id of the alert. */
function reportIdOf(event: JamfEvent): string {
  return `event:${event.id ?? fingerprint(event)}${event.action === 'RESOLVED' ? ':resolved' : ''}`;
}

/** A finding whose action or severity cannot be read is left out, so that what was last known of it stays. */
function findingOf(event: JamfEvent, name: string, at: Instant): Doubt & { readonly finding?: FindingReport } {
  const action = unknownTerm('finding', 'action', event.action, ACTION);
  if (action.flag !== undefined) return action;
  const lasts = !isPassing(name) && event.action !== 'BLOCKED';
  const open = lasts && event.action !== 'RESOLVED';
  const severity = event.severity === undefined ? undefined : levelOfSeverity(event.severity);
  if (open && event.severity !== undefined && severity === undefined)
    return doubtAbout('finding', 'severity', event.severity);
  return {
    finding: {
      ...describe(event, name, lasts),
      state: open ? 'open' : 'resolved',
      detectedAt: at,
      ...(open && severity !== undefined && { severity }),
    },
  };
}

/** What lasts goes by its name and the app it is about, so that an alert told again is the same finding, and its end finds it; what passed goes by the alert. */
function describe(
  event: JamfEvent,
  name: string,
  lasts: boolean,
): Pick<FindingReport, 'id' | 'type' | 'title' | 'link'> {
  const id =
    lasts || event.id === undefined ? [name, event.subjectId].filter((part) => part !== undefined).join(':') : event.id;
  const label = event.title ?? name;
  const link = consoleLink(event.url);
  return {
    id: plainText(id, 256) ?? name,
    type: plainText(name, 128) ?? name,
    title: plainText(event.subject === undefined ? label : `${label}: ${event.subject}`, 400) ?? name,
    ...(link !== undefined && { link }),
  };
}
