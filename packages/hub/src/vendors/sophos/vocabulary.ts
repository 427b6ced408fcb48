import type { Level } from '@sallyport/core';
import type { LevelWord, WatchWord } from '../kit/posture-of-words.ts';

/**
 * Sophos's words and what they mean here. Nothing outside this file knows them. Where each was seen is told in
 * docs/partners/sophos.md.
 */

/** `healthState.state`. Only "green" was seen in a real record; the others are from one integrator's rules. */
export const HEALTH: ReadonlyMap<string, Level> = new Map<string, Level>([
  ['GREEN', 'secured'],
  ['SUSPICIOUS', 'medium'],
  ['AMBER', 'medium'],
  ['YELLOW', 'medium'],
  ['RED', 'high'],
]);

/** `compliance.compliant`. Keeping the rules is not the same as being free of threats, so `true` says nothing. */
export function complianceWords(nonCompliant: LevelWord): ReadonlyMap<string, LevelWord> {
  return new Map([
    ['TRUE', 'none'],
    ['FALSE', nonCompliant],
  ]);
}

/** After this long without contact of the app that protects the device, what it said last is no longer what is. */
export const APP_SILENT_MS = 7 * 24 * 60 * 60_000;

/** Our word for that. */
export const APP_CONTACT: ReadonlyMap<string, WatchWord> = new Map<string, WatchWord>([['SILENT', 'unresponsive']]);

/**
 * `managedState`. A device that Sophos does not manage has no app of Sophos's that watches it, so it is
 * `deactivated`: the vendor says that the app is off. No word of Sophos's says that it merely has no contact,
 * which would be `unresponsive`.
 */
export const MANAGED: ReadonlyMap<string, WatchWord> = new Map<string, WatchWord>([
  ['MANAGED', 'ok'],
  ['NOTMANAGED', 'deactivated'],
  ['UNMANAGED', 'deactivated'],
  ['UNENROLLED', 'deactivated'], // assumed
]);

/** Of alerts, events, and `compliance.severity` (where the words of events are assumed). */
export const SEVERITY: ReadonlyMap<string, Level | 'none'> = new Map<string, Level | 'none'>([
  ['NONE', 'none'],
  ['INFO', 'none'],
  ['LOW', 'low'],
  ['MEDIUM', 'medium'],
  ['HIGH', 'high'],
  ['CRITICAL', 'high'],
]);

/** What a type of event or alert says of its device. */
export type TypeMeaning =
  /** A threat began or ended. Both name it in the same words, so that the end finds the beginning. */
  | { readonly kind: string; readonly state: 'open' | 'resolved' }
  /** Something came and went; no later event closes it. */
  | { readonly kind: string; readonly state: 'passed' }
  /** The device left the management of Sophos. */
  | { readonly kind: 'left' };

/**
 * By type, without "Event::"; a longer type means what its beginning means (`NowNonCompliant::UNKNOWN`). Sophos
 * publishes no full list. What is not here says nothing of a device's health: enrolment, commands, certificates.
 */
const TYPES: ReadonlyMap<string, TypeMeaning> = new Map<string, TypeMeaning>([
  ['ENDPOINT::THREAT::DETECTED', { kind: 'MALWARE', state: 'open' }],
  ['ENDPOINT::THREAT::CLEANUPFAILED', { kind: 'MALWARE', state: 'open' }],
  ['ENDPOINT::THREAT::CLEANEDUP', { kind: 'MALWARE', state: 'resolved' }],
  ['ENDPOINT::THREAT::DISMISSED', { kind: 'MALWARE', state: 'resolved' }], // an administrator accepted it
  ['ENDPOINT::THREAT::PUADETECTED', { kind: 'PUA', state: 'open' }],
  ['ENDPOINT::THREAT::PUACLEANEDUP', { kind: 'PUA', state: 'resolved' }],
  ['ENDPOINT::THREAT::PUADISMISSED', { kind: 'PUA', state: 'resolved' }],
  ['ENDPOINT::THREAT::LOWREPAPPDETECTED', { kind: 'LOW_REPUTATION_APP', state: 'open' }],
  ['ENDPOINT::THREAT::LOWREPAPPCLEANEDUP', { kind: 'LOW_REPUTATION_APP', state: 'resolved' }],
  ['ENDPOINT::MOBILE::NOWNONCOMPLIANT', { kind: 'NON_COMPLIANT', state: 'open' }],
  ['ENDPOINT::MOBILE::NOWCOMPLIANT', { kind: 'NON_COMPLIANT', state: 'resolved' }],
  ['ENDPOINT::MOBILE::UNENROLLED', { kind: 'left' }],
  ['ENDPOINT::MOBILE::UNENROLLEDBYUSER', { kind: 'left' }],
  // Seven variants of one type, and nobody tells which of them says that it is over.
  ['SMC::MITMATTACKEVENT', { kind: 'MITM_ATTACK', state: 'passed' }],
  ['ENDPOINT::SMC::WEBFILTERING', { kind: 'WEB_FILTERING', state: 'passed' }],
]);

export function meaningOfType(type: string | undefined): TypeMeaning | undefined {
  const parts = (type ?? '').replace(/^EVENT::/, '').split('::');
  for (let length = Math.min(parts.length, 6); length > 1; length -= 1) {
    const meaning = TYPES.get(parts.slice(0, length).join('::'));
    if (meaning !== undefined) return meaning;
  }
  return undefined;
}
