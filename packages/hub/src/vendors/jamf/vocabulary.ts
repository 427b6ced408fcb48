import type { Level } from '@sallyport/core';
import type { LevelWord } from '../kit/posture-of-words.ts';

/**
 * Jamf's words and what they mean here. Nothing outside this file knows them. Where each was seen is told in
 * docs/partners/jamf.md.
 */

/**
 * `riskCategory` (version 2) and `risk` (version 1). NOT_APPLICABLE: Jamf rates no risk there, so the last state stays.
 * Jamf has no word that says that its app is off or has no contact whose meaning is known, so neither
 * `deactivated` nor `unresponsive` is ever reported.
 */
export const RISK: ReadonlyMap<string, LevelWord> = new Map<string, LevelWord>([
  ['SECURE', 'secured'],
  ['LOW', 'low'],
  ['MEDIUM', 'medium'],
  ['HIGH', 'high'],
  ['NOT_APPLICABLE', 'none'],
]);

/**
 * `severity` of an event: Jamf's five steps (lowest, low, medium, high, highest), which the stream writes as 2, 4, 6, 8 and 10.
 * We have three: the lowest is still a threat, and nothing is above high. What lies between two steps is the upper one.
 */
const SEVERITY_STEPS: ReadonlyMap<string, Level> = new Map<string, Level>([
  ['LOWEST', 'low'],
  ['LOW', 'low'],
  ['MEDIUM', 'medium'],
  ['HIGH', 'high'],
  ['HIGHEST', 'high'],
]);

/** `undefined` for what is neither a number nor the name of a step. */
export function levelOfSeverity(severity: string): Level | undefined {
  const number = Number(severity);
  if (Number.isNaN(number)) return SEVERITY_STEPS.get(severity);
  return number <= 4 ? 'low' : number <= 6 ? 'medium' : 'high';
}

/** `action`. What Jamf blocked did no harm and is over. */
export const ACTION: ReadonlyMap<string, 'open' | 'resolved'> = new Map([
  ['DETECTED', 'open'],
  ['BLOCKED', 'resolved'],
  ['RESOLVED', 'resolved'],
]);

/** Events about traffic or a network: they come and go, and no later event closes them. */
export function isPassing(eventName: string): boolean {
  return /^ACCESS_|^LEAK_|^RISKY_APP_DOWNLOAD$|MITM|HOTSPOT|WI_?FI/.test(eventName);
}
