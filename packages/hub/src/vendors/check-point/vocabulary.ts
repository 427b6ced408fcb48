import type { Level } from '@sallyport/core';
import type { WatchWord } from '../posture-of-words.ts';

/**
 * Check Point Harmony Mobile's words and what they mean here. Nothing outside this file knows them. Where each
 * was seen is told in docs/partners/check-point.md.
 */

/** `risk` of a device: the vendor's own computed posture, as a code or as its console writes it. */
export const RISK: ReadonlyMap<string, Level> = new Map([
  ['0', 'secured'], ['NO RISK', 'secured'],
  ['1', 'low'], ['LOW', 'low'],
  ['2', 'medium'], ['MEDIUM', 'medium'],
  ['3', 'high'], ['HIGH', 'high'],
]);

/**
 * `status` of a device. Inactive: the vendor marks a device so whose app is not installed or was removed, so it
 * is `deactivated` and not `unresponsive`. Provisioned (0: not registered yet) and processing (-1: not looked
 * at to the end) are no word about the device yet: missing data.
 */
export const STATUS: ReadonlyMap<string, WatchWord> = new Map<string, WatchWord>([
  ['1', 'ok'], ['ACTIVE', 'ok'],
  ['-1', 'activated'], ['PROCESSING', 'activated'], ['0', 'activated'], ['PROVISIONED', 'activated'],
  ['4', 'deactivated'], ['INACTIVE', 'deactivated'],
]);

/** `severity` of an alert, in both vocabularies that occur. */
export const SEVERITY: ReadonlyMap<string, Level | 'none'> = new Map<string, Level | 'none'>([
  ['NONE', 'none'], ['INFORMATION', 'none'], ['INFORMATIONAL', 'none'],
  ['LOW', 'low'], ['MEDIUM', 'medium'], ['HIGH', 'high'], ['CRITICAL', 'high'],
]);

/**
 * `event` of an alert. `remark`: something was seen or blocked; nothing ever closes it, so it is shown as past
 * and without a severity. The second row is assumed: only Info and Compliant were seen.
 */
export const EVENT: ReadonlyMap<string, 'open' | 'resolved' | 'remark'> = new Map<string, 'open' | 'resolved' | 'remark'>([
  ['INFO', 'remark'], ['COMPLIANT', 'resolved'],
  ['DETECTED', 'open'], ['NON-COMPLIANT', 'open'], ['NON COMPLIANT', 'open'], ['RESOLVED', 'resolved'], ['REMOVED', 'resolved'],
]);
