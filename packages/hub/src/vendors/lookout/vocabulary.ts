import type { Level } from '@sallyport/core';
import type { WatchWord } from '../kit/posture-of-words.ts';

/**
 * Lookout's words and what they mean here. Nothing outside this file knows them. Where a word comes from is
 * told in docs/partners/lookout.md; `assumed` words are neither documented nor seen in a real record.
 */

/** `security_status`. The singular form is from API version 1; CRITICAL is named by one client only. */
export const SECURITY: ReadonlyMap<string, Level> = new Map([
  ['SECURE', 'secured'],
  ['THREATS_LOW', 'low'],
  ['THREAT_LOW', 'low'],
  ['THREATS_MEDIUM', 'medium'],
  ['THREAT_MEDIUM', 'medium'],
  ['THREATS_HIGH', 'high'],
  ['THREAT_HIGH', 'high'],
  ['THREATS_CRITICAL', 'high'],
  ['THREAT_CRITICAL', 'high'],
]);

/** `activation_status`. A device that is to be activated is not watched yet, and nobody has taken the app away. */
export const ACTIVATION: ReadonlyMap<string, WatchWord> = new Map<string, WatchWord>([
  ['ACTIVATED', 'ok'],
  ['ACTIVE', 'ok'],
  ['PENDING', 'activated'],
  ['DEACTIVATED', 'deactivated'],
  ['DELETED', 'deactivated'],
]);

/** `protection_status`. */
export const PROTECTION: ReadonlyMap<string, WatchWord> = new Map<string, WatchWord>([
  ['PROTECTED', 'ok'],
  ['DISCONNECTED', 'unresponsive'],
  ['UNREACHABLE', 'unresponsive'], // UNREACHABLE: assumed
  ['UNINSTALLED', 'deactivated'],
]);

/** Severity of one threat. An advisory stands beside secure devices, so it never raises a level. */
export const SEVERITY: ReadonlyMap<string, Level | 'none'> = new Map<string, Level | 'none'>([
  ['LOW', 'low'],
  ['MEDIUM', 'medium'],
  ['HIGH', 'high'],
  ['CRITICAL', 'high'],
  ['ADVISORY', 'none'],
  ['INFO', 'none'],
  ['NONE', 'none'],
]);

/** An ignored threat is one that an administrator accepted in Lookout's console, which calls open ones active. */
export const THREAT_STATUS: ReadonlyMap<string, 'open' | 'resolved'> = new Map([
  ['OPEN', 'open'],
  ['ACTIVE', 'open'],
  ['DETECTED', 'open'],
  ['RESOLVED', 'resolved'],
  ['IGNORED', 'resolved'],
]);

/** `change_type` that says that the thing is no more. PURGED is the end of the retention time. */
export const REMOVED: ReadonlySet<string> = new Set(['DELETED', 'DELETE', 'PURGED', 'PURGE']);
