import type { Level } from '@sallyport/core';

/** What the words of shared signals mean here. Nothing outside this folder knows them. */

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/';
const SSF = 'https://schemas.openid.net/secevent/ssf/event-type/';

/** CAEP 1.0, section 3, and SSF 1.0, section 8.1.4. */
export const RISK_LEVEL_CHANGE = `${CAEP}risk-level-change`;
export const DEVICE_COMPLIANCE_CHANGE = `${CAEP}device-compliance-change`;
export const SESSION_REVOKED = `${CAEP}session-revoked`;
export const VERIFICATION = `${SSF}verification`;
export const STREAM_UPDATED = `${SSF}stream-updated`;
/** Okta's own, which Jamf Security Cloud sends too (Okta's SDK, OktaDeviceRiskChangeEvent). */
export const OKTA_DEVICE_RISK_CHANGE = 'https://schemas.okta.com/secevent/okta/event-type/device-risk-change';

/** `current_level` of CAEP, which has no word for "no risk". */
export function caepLevels(low: 'low' | 'secured'): ReadonlyMap<string, Level> {
  return new Map<string, Level>([
    ['LOW', low],
    ['MEDIUM', 'medium'],
    ['HIGH', 'high'],
  ]);
}

/** `current_level` of Okta. "None" is taken as: no level is told; it may as well mean that nobody has looked. */
export const OKTA_LEVELS: ReadonlyMap<string, Level | 'none'> = new Map<string, Level | 'none'>([
  ['SECURE', 'secured'],
  ['LOW', 'low'],
  ['MEDIUM', 'medium'],
  ['HIGH', 'high'],
  ['NONE', 'none'],
]);

/** `current_status`. */
export const COMPLIANCE: ReadonlyMap<string, 'compliant' | 'not-compliant'> = new Map([
  ['COMPLIANT', 'compliant'],
  ['NOT-COMPLIANT', 'not-compliant'],
]);

/** Members of a complex subject that we process (SSF 1.0, section 3.3). */
export const UNDERSTOOD_MEMBERS: ReadonlySet<string> = new Set(['device', 'user']);
