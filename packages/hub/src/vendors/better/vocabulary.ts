import type { Level } from '@sallyport/core';
import type { LevelWord, WatchWord } from '../kit/posture-of-words.ts';

/**
 * BETTER Mobile's words and what they mean here. Nothing outside this file knows them. Where each was seen is
 * told in docs/partners/better.md.
 */

/** `ThreatLevel` of a device. The vendor's own workbook shows Low as "Safe"; an open incident makes it low. */
export const THREAT_LEVEL: ReadonlyMap<string, Level> = new Map([
  ['LOW', 'secured'],
  ['MEDIUM', 'medium'],
  ['HIGH', 'high'],
]);

/** `IsDeleted` of a device: it was taken out of the product, so nothing watches it any more. */
export const DELETED: ReadonlyMap<string, WatchWord> = new Map<string, WatchWord>([
  ['FALSE', 'ok'],
  ['0', 'ok'],
  ['TRUE', 'deactivated'],
  ['1', 'deactivated'],
]);

/** `ThreatSeverity` of an incident. */
export const SEVERITY: ReadonlyMap<string, LevelWord> = new Map<string, LevelWord>([
  ['LOW', 'low'],
  ['MEDIUM', 'medium'],
  ['HIGH', 'high'],
  ['CRITICAL', 'high'],
  ['INFO', 'none'],
  ['INFORMATIONAL', 'none'], // assumed
]);

/** `Status` of an incident; every word is assumed. */
export const STATUS: ReadonlyMap<string, 'open' | 'resolved'> = new Map([
  ...['ACTIVE', 'OPEN', 'NEW', 'DETECTED', 'PENDING'].map((word) => [word, 'open'] as const),
  ...['RESOLVED', 'CLOSED', 'FIXED', 'MITIGATED', 'REMEDIATED', 'INACTIVE'].map((word) => [word, 'resolved'] as const),
]);
