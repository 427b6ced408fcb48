import type { Connector, MergeRule } from '../vocabulary/connector.ts';
import type { Platform } from '../vocabulary/platforms.ts';
import type { Reason, ReasonCode } from '../vocabulary/reason.ts';
import type { Instant, OpenFinding, PartnerView, PartnerWord } from '../vocabulary/signal.ts';
import type { SignalLimits } from '../vocabulary/signal-limits.ts';
import { isAssessment } from '../vocabulary/threat-state.ts';
import { hasVoice, type Merged } from './merge-partners.ts';
import { stateOfOpenFindings } from './open-findings.ts';
import { silentRuleFor } from './silence.ts';
import { decidingViewsOf, stateOfPartner, type DecidingView } from './word-of-partner.ts';

export interface DecidingInput<View extends PartnerWord> {
  readonly views: readonly View[];
  /** Those that the device is enrolled with. */
  readonly connectors: readonly Connector[];
  readonly platform: Platform;
  readonly rule: MergeRule;
  readonly merged: Merged;
  /** Of the verdict. */
  readonly reasons: readonly Reason[];
  readonly limits: SignalLimits;
}

/** Reasons that come from what a partner reports, or does not. */
const ABOUT_STATE: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'threat_level_above_allowed',
  'device_compromised',
  'partner_app_deactivated',
  'partner_app_misconfigured',
  'partner_data_missing',
  'partner_silent',
]);

/**
 * The views that today's verdict on a device's level comes from: of the partner that the reason names, and of those that
 * report the same, where the merge method asks them. None, where silence decides or nobody counts.
 */
export function decidingViews<View extends PartnerWord>(
  input: DecidingInput<View>,
  now: Instant,
): readonly DecidingView<View>[] {
  const { views, connectors, limits } = input;
  const named = namedPartners(input);
  const states = new Set(named.map((connector) => stateOfPartner(views, connector, now, limits)?.state));
  const agreeing = connectors.filter(
    (connector) =>
      !named.includes(connector) &&
      isAsked(connector, input, now) &&
      states.has(stateOfPartner(views, connector, now, limits)?.state),
  );
  return [...named, ...agreeing].flatMap((connector) => decidingViewsOf(views, connector, now, limits));
}

function namedPartners<View extends PartnerWord>({
  connectors,
  merged,
  reasons,
}: DecidingInput<View>): readonly Connector[] {
  const failing = reasons.filter(({ code, remark }) => remark !== true && ABOUT_STATE.has(code));
  const ids =
    failing.length > 0
      ? failing.filter(({ code }) => code !== 'partner_silent').map(({ connectorId }) => connectorId)
      : merged.kind === 'none' || (merged.kind === 'failing' && merged.code === 'partner_silent')
        ? []
        : [merged.connectorId];
  return connectors.filter(({ id }) => ids.includes(id));
}

/** Whether a partner counts as it reports, and no other goes before it. */
function isAsked<View extends PartnerWord>(
  connector: Connector,
  { views, platform, rule, limits }: DecidingInput<View>,
  now: Instant,
): boolean {
  if (rule.merge.method === 'primary' || !hasVoice(connector, platform)) return false;
  const silent = silentRuleFor(
    connector,
    rule.silentPartner,
    stateOfPartner(views, connector, now, limits)?.state,
    now,
    limits,
  );
  return silent === undefined || silent === 'keepLast';
}

/** Where the word of a view comes from. */
export interface WordSources {
  readonly reportIds: readonly string[];
  /** Findings whose newest reports it comes from. */
  readonly findingIds: readonly string[];
}

/** The reports and findings that make a deciding view's word: what it reports, or what is worse and still counts behind or beside that. */
export function sourcesOf({ view, state }: DecidingView<PartnerView>, now: Instant): WordSources {
  const { lastLevel, lastAppState, contested } = view;
  const isOfFindings = view.basis === 'findings' && view.openFindings.some((finding) => finding.severity !== undefined);
  const behind = [
    isAssessment(view.state) ? undefined : lastLevel,
    lastAppState,
    contested !== undefined && contested.until > now ? contested : undefined,
  ];
  const findingIds = view.openFindings.filter((finding) => makes(finding, view, state, now)).map(({ id }) => id);
  const reportIds = [
    ...(view.state === state && !isOfFindings ? [view.reportId] : []),
    ...behind.flatMap((reported) =>
      reported?.state === state && reported.reportId !== undefined ? [reported.reportId] : [],
    ),
  ];
  return reportIds.length + findingIds.length === 0
    ? { reportIds: [view.reportId], findingIds }
    : { reportIds, findingIds };
}

/** Whether a finding alone comes to the state, and counts beside or instead of a posture. */
function makes(finding: OpenFinding, view: PartnerView, state: string, now: Instant): boolean {
  if (finding.severity === undefined) return false;
  if (view.basis === 'postureAndFindings' && view.state === state && state === 'lowSeverity') return true;
  if (stateOfOpenFindings([finding]) !== state) return false;
  const isNewer = (finding.observedAt ?? 0) > (view.lastLevel?.observedAt ?? view.observedAt);
  return (
    view.basis === 'findings' ||
    (finding.raisesUntil !== undefined && finding.raisesUntil > now && (finding.observedAt ?? 0) > view.observedAt) ||
    (!isAssessment(view.state) && isNewer)
  );
}
