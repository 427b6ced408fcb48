import type { Level } from '@sallyport/core';
import type { LevelWord, WatchWord } from '../kit/posture-of-words.ts';

/**
 * Pradeo's words and what they mean here. Nothing outside this file knows them. Where each was seen is told in
 * docs/partners/pradeo.md.
 */

/**
 * `riskLevel` of a device of the REST API. There is no lower word than "low", which Pradeo's own example has beside the security
 * status "secured"; it is read as what it says. "critical" and "none" are assumed.
 */
export const RISK: ReadonlyMap<string, LevelWord> = new Map<string, LevelWord>([
  ['NONE', 'none'],
  ['LOW', 'low'],
  ['MEDIUM', 'medium'],
  ['HIGH', 'high'],
  ['CRITICAL', 'high'],
]);

/** `securityStatus` of such a device. */
export const SECURITY: ReadonlyMap<string, LevelWord> = new Map<string, LevelWord>([['SECURED', 'secured']]);

/** `agentStatus` of such a device: a slot without an agent watches nothing. "offline" is assumed to be the other end of "online". */
export const AGENT: ReadonlyMap<string, WatchWord> = new Map<string, WatchWord>([
  ['ONLINE', 'ok'],
  ['ENROLLED', 'ok'],
  ['OFFLINE', 'unresponsive'],
  ['AGENTLESS', 'deactivated'],
]);

/** A threat level of what was not looked at yet: it is no news, and no device is called secured beside it. */
export const NOT_YET = 'NOTYETAVAILABLE';

/** The threat levels of applications, system and network; the administrator says what orange is. */
const COLOUR = (orange: Level): ReadonlyMap<string, Level> =>
  new Map([
    ['GREEN', 'secured'],
    ['ORANGE', orange],
    ['RED', 'high'],
  ]);

export const COLOUR_WHERE_ORANGE_IS: Readonly<Record<'low' | 'medium' | 'high', ReadonlyMap<string, Level>>> = {
  low: COLOUR('low'),
  medium: COLOUR('medium'),
  high: COLOUR('high'),
};

/** Whether the correlation was computed to its end. */
export const CORRELATION: ReadonlyMap<string, WatchWord> = new Map<string, WatchWord>([['DONE', 'ok']]);

/**
 * `enrollmentStatus.coupled`. A device that is not coupled has no working app of Pradeo: it was never set up or
 * was taken away, so it is `deactivated` and not `unresponsive`.
 */
export const COUPLED: ReadonlyMap<string, WatchWord> = new Map<string, WatchWord>([
  ['TRUE', 'ok'],
  ['FALSE', 'deactivated'],
]);

/** The verdict of the response rules on a device or an app. */
export const VERDICT: ReadonlyMap<string, 'open' | 'resolved'> = new Map([
  ['DISAPPROVED', 'open'],
  ['APPROVED', 'resolved'],
]);

/** `value` of a status: on or off. 2 and 3 were seen and nobody knows what they mean. */
export const STATUS_VALUE: ReadonlyMap<string, 'open' | 'resolved'> = new Map([
  ['1', 'open'],
  ['0', 'resolved'],
]);

/** `status` of a detection; only END was seen. */
export const DETECTION: ReadonlyMap<string, 'open' | 'resolved'> = new Map([
  ['START', 'open'],
  ['BEGIN', 'open'],
  ['END', 'resolved'],
]);

/** Statuses that are no finding: a radio that is on. */
export const HARMLESS: ReadonlySet<string> = new Set(['BLUETOOTH', 'NFC', 'GPS', 'VPN']);
