import type { FindingReport, Instant, Signal } from '@sallyport/core';
import { wordOf } from '@sallyport/core';
import { readSnapshot, removedSignal, snapshotReportId } from '../kit/device-snapshot.ts';
import { plainText } from '../kit/plain-text.ts';
import type { Posture } from '../kit/posture-of-words.ts';
import { postureOfWords } from '../kit/posture-of-words.ts';
import { undated } from '../kit/undated.ts';
import type { Doubt } from '../kit/unknown-word.ts';
import { doubtsOf, unknownTerm } from '../kit/unknown-word.ts';
import { fingerprint } from '../kit/wire-read.ts';
import type { PradeoDevice } from './api-device.ts';
import { readApiDevice } from './api-device.ts';
import type { PradeoSettings } from './settings.ts';
import {
  AGENT,
  COLOUR_WHERE_ORANGE_IS,
  CORRELATION,
  COUPLED,
  DETECTION,
  HARMLESS,
  NOT_YET,
  RISK,
  SECURITY,
  STATUS_VALUE,
  VERDICT,
} from './vocabulary.ts';
import type { PradeoEvent, PradeoSubject } from './wire.ts';
import { readEvent } from './wire.ts';

type Meaning = Pick<PradeoSettings, 'orangeLevel'>;

/**
 * A device of the REST API's list with the time at which it was read (`DeviceSnapshot`), one that is gone from it, such a device as
 * somebody pushes it, or an event.
 */
export function normalisePradeo(
  raw: unknown,
  connectorId: string,
  receivedAt: Instant,
  meaning: Meaning,
): readonly Signal[] {
  const removed = removedSignal(raw, connectorId);
  if (removed !== undefined) return [removed];
  const snapshot = readSnapshot(raw);
  const listed = readApiDevice(snapshot?.device);
  if (snapshot !== undefined && listed !== undefined) {
    return [
      {
        ...ofDevice(listed, connectorId),
        reportId: snapshotReportId(listed.id, snapshot, listed.risk, listed.security, listed.agent, listed.keys),
        observedAt: snapshot.takenAt,
      },
    ];
  }
  const pushed = readApiDevice(raw);
  return pushed === undefined
    ? ofEvent(raw, connectorId, receivedAt, meaning)
    : [ofPushed(pushed, connectorId, receivedAt)];
}

/** It is as old as the last contact of its agent. */
function ofPushed(device: PradeoDevice, connectorId: string, receivedAt: Instant): Signal {
  const { id, risk, security, agent, syncedAt } = device;
  return {
    ...ofDevice(device, connectorId),
    reportId: `device:${id}:${fingerprint(risk, security, agent, syncedAt ?? receivedAt)}`,
    observedAt: syncedAt ?? receivedAt,
    ...undated(syncedAt),
  };
}

function ofDevice(
  { risk, security, agent, keys, keyFlag }: PradeoDevice,
  connectorId: string,
): Omit<Signal, 'reportId' | 'observedAt'> {
  const posture = postureOfWords(
    [
      { field: 'risk level', told: risk, means: RISK },
      { field: 'security status', told: security, means: SECURITY },
    ],
    [{ field: 'agent status', told: agent, means: AGENT }],
  );
  return { connectorId, keys, findings: [], ...posture, ...doubtsOf(posture, { flag: keyFlag }) };
}

/**
 * One event. The correlation is Pradeo's own judgement of a device and counts. Where Pradeo never sends one,
 * the verdict of the response rules stands in for it: the pipeline takes open findings for the state of a
 * device whose posture it never heard.
 */
function ofEvent(raw: unknown, connectorId: string, receivedAt: Instant, meaning: Meaning): readonly Signal[] {
  const event = readEvent(raw);
  if (event === undefined || event.keys.length === 0) return [];
  const posture = postureOf(event, meaning);
  const { finding, ...doubt } = findingOf(event.told, event.at ?? receivedAt, meaning);
  const doubts = doubtsOf(doubt, posture);
  if (posture.state === undefined && finding === undefined && doubts.flag === undefined) return [];
  return [
    {
      connectorId,
      reportId: reportIdOf(event),
      keys: event.keys,
      observedAt: event.at ?? receivedAt,
      ...undated(event.at),
      ...posture,
      ...doubtsOf(doubts, { flag: event.keyFlag }),
      findings: finding === undefined ? [] : [finding],
    },
  ];
}

/** The newer form may be sent again under the same id when what it holds has changed. */
function reportIdOf({ id, enveloped, at, keys, coupled, told }: PradeoEvent): string {
  if (enveloped && id !== undefined) return `event:${id}`;
  return `event:${id ?? 'none'}:${fingerprint(at, coupled, told, keys)}`;
}

/** The worst of the three levels. The levels of single checks beside them are the policy's weights, not results, and are not read. */
function postureOf({ coupled, told }: PradeoEvent, { orangeLevel }: Meaning): Posture {
  const watch = { field: 'coupled', told: coupled, means: COUPLED };
  if (told?.kind !== 'correlation') return postureOfWords([], [watch]);
  const means = COLOUR_WHERE_ORANGE_IS[orangeLevel];
  const levels = told.levels.filter(([, colour]) => colour !== NOT_YET);
  const posture = postureOfWords(
    levels.map(([field, colour]) => ({ field, told: colour ?? '(none)', means })),
    [watch, { field: 'correlation status', told: told.status, means: CORRELATION, about: 'level' }],
  );
  return levels.length < told.levels.length && posture.state === 'secured' ? {} : posture;
}

interface Found extends Doubt {
  readonly finding?: FindingReport;
}

function findingOf(told: PradeoSubject | undefined, at: Instant, { orangeLevel }: Meaning): Found {
  switch (told?.kind) {
    case 'compliance':
      return judged(told.verdict, (state) => ({
        id: 'device-compliance',
        type: 'DeviceCompliance',
        state,
        title:
          plainText(['Disapproved by the response rules', ...told.because].join(': '), 400) ??
          'Disapproved by the response rules',
        // An approval lifts what a refusal set and is no more than that: it makes no device secured.
        ...(state === 'open' && { severity: 'high', detectedAt: at }),
      }));
    case 'app':
      return judged(told.removed ? 'APPROVED' : told.verdict, (state) => {
        const severity = COLOUR_WHERE_ORANGE_IS[orangeLevel].get(told.colour ?? '');
        return {
          id: `app:${told.id}`,
          type: 'ApplicationDisapproved',
          state,
          title: told.name === told.id ? told.id : `${told.name} (${told.id})`,
          ...(state === 'open' && {
            detectedAt: at,
            ...(severity !== undefined && severity !== 'secured' && { severity }),
          }),
        };
      });
    case 'status':
      return remark(told.name, told.name, STATUS_VALUE, `value of ${told.name}`, told.value, at);
    case 'detection':
      return remark(
        told.metric.replace(/^match_/i, ''),
        told.title ?? told.metric,
        DETECTION,
        'detection status',
        told.status,
        at,
      );
    default:
      return {};
  }
}

function judged(verdict: string | undefined, finding: (state: 'open' | 'resolved') => FindingReport): Found {
  const state = VERDICT.get(verdict ?? '');
  return state === undefined
    ? unknownTerm('finding', 'status', verdict ?? '(none)', VERDICT)
    : { finding: finding(state) };
}

/** Pradeo gives statuses no severity, so they are shown and never raise a level. */
function remark(
  name: string,
  title: string,
  words: ReadonlyMap<string, 'open' | 'resolved'>,
  field: string,
  told: string | undefined,
  at: Instant,
): Found {
  if (HARMLESS.has(wordOf(name))) return {};
  const state = words.get(told ?? '');
  if (state === undefined) return unknownTerm('finding', field, told ?? '(none)', words);
  return { finding: { id: `status:${name}`, type: name, state, title, ...(state === 'open' && { detectedAt: at }) } };
}
