import type { Level, ThreatState } from '@sallyport/core';

/**
 * Zimperium's words and what they mean here. Nothing outside this file knows them. Where each was seen is
 * told in docs/partners/zimperium.md.
 */

/** A device's risk posture, by name or number. 1 and LOW are inferred from the order of the others. */
export const POSTURE: ReadonlyMap<string, Level> = new Map([
  ['0', 'secured'],
  ['NORMAL', 'secured'],
  ['1', 'low'],
  ['LOW', 'low'],
  ['2', 'medium'],
  ['ELEVATED', 'medium'],
  ['IMPORTANT', 'medium'],
  ['3', 'high'],
  ['CRITICAL', 'high'],
]);

/** Severity of one threat. Hidden ones are never shown to the vendor's own users and never raise a level. */
export const SEVERITY: ReadonlyMap<string, Level | 'none'> = new Map<string, Level | 'none'>([
  ['0', 'none'],
  ['HIDDEN', 'none'],
  ['NORMAL', 'none'],
  ['1', 'low'],
  ['LOW', 'low'],
  ['2', 'medium'],
  ['ELEVATED', 'medium'],
  ['IMPORTANT', 'medium'],
  ['3', 'high'],
  ['CRITICAL', 'high'],
]);

/** State of one threat; the number is version 1's `eventStateCode`, which version 2's `state` follows. */
export const THREAT_STATE: ReadonlyMap<string, 'open' | 'resolved'> = new Map([
  ['PENDING', 'open'],
  ['1', 'open'],
  ['MARKED FIXED', 'resolved'],
  ['FIXED', 'resolved'],
  ['MITIGATED', 'resolved'],
  ['RESOLVED', 'resolved'],
]);

/** State of the app on the device: `ok`, or that the device is not watched. */
export const APP_STATUS: ReadonlyMap<string, 'ok' | ThreatState> = new Map<string, 'ok' | ThreatState>([
  ['ACTIVE', 'ok'],
  ['INACTIVE', 'unresponsive'],
  ['DORMANT', 'unresponsive'], // assumed
  ['PENDING_ACTIVATION', 'activated'],
  ['PENDING ACTIVATION', 'activated'], // assumed from the console's "pending activation"
]);
