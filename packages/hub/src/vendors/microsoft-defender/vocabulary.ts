import type { Level } from '@sallyport/core';
import type { WatchWord } from '../kit/posture-of-words.ts';

/** Defender's words and what they mean here. Nothing outside this file knows them. All are Microsoft's documented ones. */

/** `riskScore`. `exposureLevel` beside it tells how vulnerable a device is, not how dangerous, and is not used. */
export const RISK: ReadonlyMap<string, Level> = new Map<string, Level>([
  ['NONE', 'secured'],
  ['INFORMATIONAL', 'secured'],
  ['LOW', 'low'],
  ['MEDIUM', 'medium'],
  ['HIGH', 'high'],
]);

/**
 * `healthStatus`. Inactive means no report for seven days and impaired communication means little contact, so
 * both are `unresponsive`: nobody says that the app is off. Without sensor data the device is in contact and
 * its app does not watch, so that is `deactivated`. Where Microsoft itself does not know there is no data.
 */
export const HEALTH: ReadonlyMap<string, WatchWord> = new Map<string, WatchWord>([
  ['ACTIVE', 'ok'],
  ['INACTIVE', 'unresponsive'],
  ['IMPAIREDCOMMUNICATION', 'unresponsive'],
  ['NOSENSORDATAIMPAIREDCOMMUNICATION', 'unresponsive'],
  ['UNKNOWN', 'unresponsive'],
  ['NOSENSORDATA', 'deactivated'],
]);

/** `onboardingStatus`. What was merely discovered has no Defender, although its risk score may read "None". */
export const ONBOARDING: ReadonlyMap<string, WatchWord> = new Map<string, WatchWord>([
  ['ONBOARDED', 'ok'],
  ['CANBEONBOARDED', 'deactivated'],
  ['UNSUPPORTED', 'deactivated'],
  ['INSUFFICIENTINFO', 'deactivated'],
  ['OFFBOARDED', 'deactivated'],
]);
