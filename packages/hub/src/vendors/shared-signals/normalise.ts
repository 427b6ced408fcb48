import { rankOfLevel } from '@sallyport/core';
import type { FindingReport, Instant, Level, Signal } from '@sallyport/core';
import { plainText } from '../kit/plain-text.ts';
import type { Doubt } from '../kit/unknown-word.ts';
import { doubtsOf, unknownTerm } from '../kit/unknown-word.ts';
import type { WireRecord } from '../kit/wire-read.ts';
import { fingerprint, isRecord, word } from '../kit/wire-read.ts';
import type { Meanings } from './settings.ts';
import { meanings } from './settings.ts';
import { deviceOf, namesDevice } from './subjects.ts';
import {
  caepLevels,
  COMPLIANCE,
  DEVICE_COMPLIANCE_CHANGE,
  OKTA_DEVICE_RISK_CHANGE,
  OKTA_LEVELS,
  RISK_LEVEL_CHANGE,
  SESSION_REVOKED,
} from './vocabulary.ts';
import type { SetClaims, SetEvent } from './wire.ts';
import { readKeptSet, timeOfEvent } from './wire.ts';

/**
 * What a verified token says of a device. Risk and compliance are two findings that stand until the transmitter
 * says otherwise, so that the end of one never ends the other: the device is as bad as the worse of them. And a
 * device that was never said to be in danger becomes secured only by a word that says so.
 */
export function normaliseSharedSignals(
  raw: unknown,
  connectorId: string,
  receivedAt: Instant,
  settings: Readonly<Record<string, unknown>>,
): readonly Signal[] {
  const claims = readKeptSet(raw);
  if (claims === undefined) return [];
  const told = meanings.parse(settings);
  const [first, ...others] = claims.events.flatMap((event) => ofEvent(event, claims, told, receivedAt));
  if (first === undefined) return [];
  const reportId = claims.jti.length > 240 ? `set:${fingerprint(claims.jti)}` : `set:${claims.jti}`;
  return [
    {
      connectorId,
      reportId,
      keys: first.keys,
      observedAt: first.observedAt,
      findings: worstOfEach([first, ...others].flatMap(({ findings }) => findings)),
      ...doubtsOf(first, ...others),
    },
  ];
}

/** Several events in one token are several names for the same thing (SSF 1.0, section 4.2.1); if they differ, the worse counts. */
function worstOfEach(findings: readonly FindingReport[]): readonly FindingReport[] {
  const worst = new Map<string, FindingReport>();
  for (const finding of findings) {
    const other = worst.get(finding.id);
    if (other === undefined || badness(finding) > badness(other)) worst.set(finding.id, finding);
  }
  return [...worst.values()];
}

function badness({ state, severity }: FindingReport): number {
  return state === 'open' && severity !== undefined ? rankOfLevel(severity) : -1;
}

type Told = Pick<Signal, 'keys' | 'observedAt' | 'findings' | 'flag' | 'unknownTerms'>;

function ofEvent(
  { type, event, subject }: SetEvent,
  claims: SetClaims,
  settings: Meanings,
  receivedAt: Instant,
): readonly Told[] {
  const meaning = meaningOf(type, event, subject, claims, settings);
  if (meaning === undefined) return [];
  const observedAt = timeOfEvent(event, claims) ?? receivedAt;
  const { finding, ...doubt } = meaning;
  const { keys, keyFlag } = deviceOf(subject, { issuer: claims.issuer, deviceId: settings.deviceId });
  return [
    {
      keys,
      observedAt,
      findings: finding === undefined ? [] : [{ ...finding, detectedAt: observedAt }],
      ...doubtsOf(doubt, { flag: keyFlag }),
    },
  ];
}

interface Meaning extends Doubt {
  readonly finding?: FindingReport;
}

/** `undefined` for an event that says nothing of a device's health. */
function meaningOf(
  type: string,
  event: WireRecord,
  subject: WireRecord,
  { jti }: SetClaims,
  settings: Meanings,
): Meaning | undefined {
  switch (type) {
    case RISK_LEVEL_CHANGE:
      return word(event.principal) === 'DEVICE' ? riskOf(event, caepLevels(settings.lowRisk)) : undefined;
    case OKTA_DEVICE_RISK_CHANGE:
      return riskOf(event, OKTA_LEVELS);
    case DEVICE_COMPLIANCE_CHANGE:
      return complianceOf(event, settings);
    case SESSION_REVOKED:
      return namesDevice(subject) ? { finding: sessionRevoked(event, jti) } : undefined;
    default:
      return undefined;
  }
}

function riskOf(event: WireRecord, levels: ReadonlyMap<string, Level | 'none'>): Meaning | undefined {
  const told = word(event.current_level);
  const level = levels.get(told ?? '');
  if (level === undefined) return unknownTerm('level', 'risk level', told ?? '(none)', levels);
  if (level === 'none') return undefined;
  const reason = plainText(event.risk_reason, 128);
  return { finding: finding('device-risk', reason ?? 'DEVICE_RISK', `Device risk: ${level}`, level, event) };
}

function complianceOf(event: WireRecord, { notCompliantLevel, compliantIsSecured }: Meanings): Meaning {
  const told = word(event.current_status);
  const status = COMPLIANCE.get(told ?? '');
  if (status === undefined) return unknownTerm('level', 'compliance status', told ?? '(none)', COMPLIANCE);
  const level = status === 'not-compliant' ? notCompliantLevel : compliantIsSecured ? 'secured' : undefined;
  return { finding: finding('device-compliance', 'DEVICE_NOT_COMPLIANT', `Device ${status}`, level, event) };
}

/** A session ended; nothing is open, and no later event closes it. */
function sessionRevoked(event: WireRecord, jti: string): FindingReport {
  return finding(`session-revoked:${fingerprint(jti)}`, 'SESSION_REVOKED', 'Session revoked', undefined, event);
}

/** Open while there is a level above secured. What users should do is told where something is open. */
function finding(id: string, type: string, label: string, level: Level | undefined, event: WireRecord): FindingReport {
  const open = level !== undefined && level !== 'secured';
  const why = textOf(event.reason_admin, 300);
  const action = open ? textOf(event.reason_user, 1000) : undefined;
  return {
    id,
    type,
    state: open ? 'open' : 'resolved',
    title: why === undefined ? label : `${label}. ${why}`,
    ...(level !== undefined && { severity: level }),
    ...(action !== undefined && { recommendedAction: action }),
  };
}

/** English where there is any, else the first. */
function textOf(reason: unknown, max: number): string | undefined {
  if (!isRecord(reason)) return plainText(reason, max);
  return plainText(reason.en ?? Object.values(reason)[0], max);
}
