export * from './vocabulary/level.ts';
export * from './vocabulary/threat-state.ts';
export * from './vocabulary/platform.ts';
export * from './vocabulary/platforms.ts';
export * from './vocabulary/android-management.ts';
export * from './vocabulary/signal.ts';
export * from './vocabulary/signal-limits.ts';
export * from './vocabulary/connector.ts';
export * from './vocabulary/device.ts';
export * from './vocabulary/compliance.ts';
export * from './vocabulary/reason.ts';
export * from './vocabulary/access.ts';
export * from './vocabulary/organization.ts';
export * from './findings/index.ts';
export * from './merge/apply-signal.ts';
export {
  applyToViews,
  holdAgainst,
  holdNamesOf,
  identitiesOf,
  isBadNews,
  releaseHold,
  type AppliedToDevice,
  type MatchEvidence,
} from './merge/identities.ts';
export * from './merge/outdated.ts';
export * from './merge/carry-over.ts';
export * from './merge/superseded-records.ts';
export * from './merge/silence.ts';
export * from './merge/word-of-partner.ts';
export * from './merge/holds.ts';
export * from './merge/deciding-views.ts';
export * from './merge/merge-partners.ts';
export * from './merge/disagreement.ts';
export * from './merge/vocabulary-change.ts';
export * from './connectors/connector-state.ts';
export * from './evaluate/os-version.ts';
export * from './evaluate/check-settings.ts';
export * from './evaluate/assigned-policies.ts';
export * from './evaluate/evaluate-compliance.ts';
export * from './decide/applications.ts';
export * from './decide/ip-range.ts';
export * from './decide/access-index.ts';
export * from './explain/index.ts';
export * from './inventory/installed-app.ts';
export * from './inventory/sharing.ts';
export * from './inventory/apple-managed.ts';
