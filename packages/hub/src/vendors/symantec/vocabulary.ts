import type { Level } from '@sallyport/core';
import type { LevelWord, WatchWord } from '../kit/posture-of-words.ts';

/**
 * The words of Symantec Endpoint Security (SES) and of SEP Mobile, once Skycure, and what they mean here.
 * Nothing outside this file knows them. Where each was seen is told in docs/partners/symantec.md.
 */

/**
 * `device_status` of SES; the administrator says what AT_RISK is. NOT_COMPUTED says that nothing is known now: the last
 * state stays.
 */
const DEVICE_STATUS = (atRisk: Level): ReadonlyMap<string, LevelWord> =>
  new Map<string, LevelWord>([
    ['SECURE', 'secured'],
    ['AT_RISK', atRisk],
    ['COMPROMISED', 'high'],
    ['NOT_COMPUTED', 'none'],
  ]);

export const DEVICE_STATUS_WHERE_AT_RISK_IS: Readonly<
  Record<'low' | 'medium' | 'high', ReadonlyMap<string, LevelWord>>
> = { low: DEVICE_STATUS('low'), medium: DEVICE_STATUS('medium'), high: DEVICE_STATUS('high') };

/** SEP Mobile's risk of a device. `assumed`: the console's word for no risk to speak of. */
export const RISK: ReadonlyMap<string, Level> = new Map([
  ['MINIMAL', 'secured'], // assumed
  ['LOW', 'low'],
  ['MEDIUM', 'medium'],
  ['HIGH', 'high'],
  ['CRITICAL', 'high'],
]);

/** SEP Mobile's severity of one incident. */
export const SEVERITY: ReadonlyMap<string, LevelWord> = new Map<string, LevelWord>([
  ['LOW', 'low'],
  ['MEDIUM', 'medium'],
  ['HIGH', 'high'],
  ['CRITICAL', 'high'],
  ['MINIMAL', 'none'],
  ['INFO', 'none'],
  ['INFORMATIONAL', 'none'], // assumed
]);

/**
 * SEP Mobile's `health_status`; every word is assumed. An app that was switched off or removed no longer
 * protects: `deactivated`. One that is merely not heard of may still do: `unresponsive`.
 */
export const HEALTH: ReadonlyMap<string, WatchWord> = new Map<string, WatchWord>([
  ['ACTIVE', 'ok'],
  ['HEALTHY', 'ok'],
  ['OK', 'ok'],
  ['INACTIVE', 'deactivated'],
  ['DEACTIVATED', 'deactivated'],
  ['UNINSTALLED', 'deactivated'],
  ['REMOVED', 'deactivated'],
  ['UNRESPONSIVE', 'unresponsive'],
  ['NOT RESPONDING', 'unresponsive'],
  ['DISCONNECTED', 'unresponsive'],
]);

/** SEP Mobile's `event_type` of an incident; every word is assumed. */
export const EVENT: ReadonlyMap<string, 'open' | 'resolved'> = new Map([
  ...['INCIDENT_OPENED', 'INCIDENT_CREATED', 'OPENED', 'OPEN', 'CREATED', 'NEW', 'DETECTED', 'ACTIVE'].map(
    (word) => [word, 'open'] as const,
  ),
  ...['INCIDENT_CLOSED', 'INCIDENT_RESOLVED', 'CLOSED', 'RESOLVED', 'REMEDIATED', 'MITIGATED', 'ENDED'].map(
    (word) => [word, 'resolved'] as const,
  ),
]);
