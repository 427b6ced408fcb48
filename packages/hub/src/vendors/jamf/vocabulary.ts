import type { Level } from '@sallyport/core';

/**
 * Jamf's words and what they mean here. Nothing outside this file knows them. Where each was seen is told in
 * docs/partners/jamf.md.
 */

/**
 * `riskCategory` (version 2) and `risk` (version 1). NOT_APPLICABLE is not among them on purpose: Jamf rates no
 * risk there, so the last state stays and the report is flagged. Jamf has no word that says that its app is off
 * or has no contact whose meaning is known, so neither `deactivated` nor `unresponsive` is ever reported.
 */
export const RISK: ReadonlyMap<string, Level> = new Map<string, Level>([
  ['SECURE', 'secured'], ['LOW', 'low'], ['MEDIUM', 'medium'], ['HIGH', 'high'],
]);

/** `severity` of an event, a number; 6, 8 and 10 were seen and the scale is nowhere told. For showing only: the risk decides. */
export function levelOfSeverity(severity: number): Level {
  return severity <= 3 ? 'low' : severity <= 6 ? 'medium' : 'high';
}

/** `action`. What Jamf blocked did no harm and is over. */
export const ACTION: ReadonlyMap<string, 'open' | 'resolved'> = new Map([['DETECTED', 'open'], ['BLOCKED', 'resolved']]);

/** Events about a visit somewhere or a network: they come and go, and no later event closes them. */
export function isPassing(eventName: string): boolean {
  return /^ACCESS_|MITM|HOTSPOT|WI_?FI/.test(eventName);
}
