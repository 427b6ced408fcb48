import type { Level } from '@sallyport/core';
import type { WatchWord } from '../kit/posture-of-words.ts';

/**
 * Check Point Harmony Mobile's words and what they mean here. Nothing outside this file knows them. Where each
 * was seen is told in docs/partners/check-point.md.
 */

/** `risk` of a device: the vendor's own computed posture, as a code or as its console writes it. */
export const RISK: ReadonlyMap<string, Level> = new Map([
  ['0', 'secured'],
  ['NO RISK', 'secured'],
  ['1', 'low'],
  ['LOW', 'low'],
  ['2', 'medium'],
  ['MEDIUM', 'medium'],
  ['3', 'high'],
  ['HIGH', 'high'],
]);

/**
 * `status` of a device. Inactive: the vendor marks a device so whose app is not installed or was removed, so it
 * is `deactivated` and not `unresponsive`. Provisioned (0: not registered yet) and processing (-1: not looked
 * at to the end) are no word about the device yet: missing data.
 */
export const STATUS: ReadonlyMap<string, WatchWord> = new Map<string, WatchWord>([
  ['1', 'ok'],
  ['ACTIVE', 'ok'],
  ['-1', 'activated'],
  ['PROCESSING', 'activated'],
  ['0', 'activated'],
  ['PROVISIONED', 'activated'],
  ['4', 'deactivated'],
  ['INACTIVE', 'deactivated'],
]);

/** `severity` of an alert: as the API writes it, and as the console does. A warning is a legitimate app or a setting that breaks a rule. */
export const SEVERITY: ReadonlyMap<string, Level | 'none'> = new Map<string, Level | 'none'>([
  ['NONE', 'none'],
  ['INFORMATION', 'none'],
  ['INFORMATIONAL', 'none'],
  ['LOW', 'low'],
  ['MEDIUM', 'medium'],
  ['WARNING', 'medium'],
  ['HIGH', 'high'],
  ['CRITICAL', 'high'],
]);

/**
 * What an alert is about. `remark`: something was seen; nothing ever closes it, so it is shown as past and without a
 * severity. `contactLost` and `contactBack` are about the app, `nothing` is about no device's health.
 */
export type EventWord = 'open' | 'resolved' | 'remark' | 'contactLost' | 'contactBack' | 'nothing';

/**
 * `event` of an alert: the words of the page "Events and Alerts", and Info and Resolved, which only the API has. What
 * was blocked did no harm and is over. An app of which only an alert says that it is inactive may still be there.
 */
export const EVENT: ReadonlyMap<string, EventWord> = new Map<string, EventWord>([
  ['DETECTED', 'open'],
  ['INSTALLED', 'open'],
  ['NONCOMPLIANT', 'open'],
  ['NON-COMPLIANT', 'open'],
  ['NON COMPLIANT', 'open'],
  ['ENDED', 'resolved'],
  ['REMOVED', 'resolved'],
  ['BLOCKED', 'resolved'],
  ['COMPLIANT', 'resolved'],
  ['RESOLVED', 'resolved'],
  ['INFO', 'remark'],
  ['INACTIVE', 'contactLost'],
  ['DISCONNECTED', 'contactLost'],
  ['ACTIVE', 'contactBack'],
  ['POLICY CHANGED', 'nothing'],
]);
