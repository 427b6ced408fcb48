import type { Connector } from '../vocabulary/connector.ts';
import type { Instant, PartnerView, ReportedState } from '../vocabulary/signal.ts';
import type { SignalLimits } from '../vocabulary/signal-limits.ts';
import { isAssessment } from '../vocabulary/threat-state.ts';
import { postureOf } from './apply-signal.ts';
import { isSameIdentity, settled } from './identities.ts';
import { badViewsOf } from './word-of-partner.ts';

/**
 * What is reported of a record after it superseded another one of the same phone: the other's bad news comes over, under the
 * identities that reported it, and no good news does. It ends as that of an older identity does (docs/decisions/0001).
 *
 * @param from views of the superseded record
 * @param to views of the record that supersedes it
 */
export function carryOver(
  from: readonly PartnerView[],
  to: readonly PartnerView[],
  connectors: readonly Connector[],
  now: Instant,
  limits: SignalLimits,
): readonly PartnerView[] {
  return connectors.reduce((views, connector) => {
    const bad = badViewsOf(from, connector, now, limits);
    const carried = bad.reduce<readonly PartnerView[]>(
      (all, { view, isNewest }) => withCarried(all, view, isNewest, now),
      views,
    );
    return carried === views ? views : settled(carried, connector.id);
  }, to);
}

/**
 * Views of a superseded record: those of its successor, so that whoever still asks by the old id is answered about the same
 * phone. States of the app that the old record's own identities reported count here as before.
 */
export function viewsOfSuperseded(successor: readonly PartnerView[]): readonly PartnerView[] {
  return successor.map((view) =>
    view.carried === undefined ? view : { ...view, carried: { ...view.carried, isOrigin: true } },
  );
}

/**
 * What a record has that is superseded no longer: what it had of its own, as its own again, whatever identities of its
 * successor ended of it; and the bad news of its successor, which may have been about it, as what came over.
 *
 * @param superseded its views until now, which are its successor's
 */
export function viewsOfReinstated(
  superseded: readonly PartnerView[],
  connectors: readonly Connector[],
  now: Instant,
  limits: SignalLimits,
): readonly PartnerView[] {
  const isOwn = ({ carried, held }: PartnerView): boolean => carried !== undefined || held !== undefined;
  const own = superseded
    .filter(isOwn)
    .map(({ carried, superseded: _, ...view }) =>
      carried === undefined ? view : { ...view, silenceFrom: carried.at },
    );
  return viewsOfSuperseded(
    carryOver(
      superseded.filter((view) => !isOwn(view)),
      own,
      connectors,
      now,
      limits,
    ),
  );
}

function withCarried(
  views: readonly PartnerView[],
  view: PartnerView,
  isNewest: boolean,
  now: Instant,
): readonly PartnerView[] {
  const own = views.find((other) => isSameView(other, view));
  if (own === undefined) return [...views, view.held === undefined ? asCarried(view, isNewest, now) : view];
  const merged = view.held === undefined ? withLevelOf(own, view, isNewest, now) : own;
  return merged === own ? views : views.map((other) => (other === own ? merged : other));
}

function isSameView(a: PartnerView, b: PartnerView): boolean {
  if (a.connectorId !== b.connectorId || (a.held === undefined) !== (b.held === undefined)) return false;
  if (a.held !== undefined) return a.held.some((name) => b.held?.includes(name) === true);
  return a.identities !== undefined && b.identities !== undefined && isSameIdentity(a.identities, b.identities);
}

/** Its management's ids named the old record. Of what a newer identity superseded there, only what newer findings make of it is left. */
function asCarried(
  { tied: _, silenceFrom: __, superseded, ...view }: PartnerView,
  isNewest: boolean,
  now: Instant,
): PartnerView {
  const { lastLevel: ___, levelMissingSince: ____, ...raised } = view;
  return {
    ...(superseded === true ? { ...raised, state: 'unknown' as const, basis: 'posture' as const } : view),
    carried: { at: view.carried?.at ?? now, ...(isNewest && superseded !== true && { isNewest: true }) },
  };
}

/** The same identity has reported about both records: what is newer counts, with the newer level behind it. */
function withLevelOf(own: PartnerView, old: PartnerView, isNewest: boolean, now: Instant): PartnerView {
  if (old.superseded === true) return own;
  if (own.observedAt >= old.observedAt) return withLevelBehind(own, old, now);
  const since = Math.min(own.since ?? 0, old.since ?? 0);
  return withLevelBehind({ ...asCarried(old, isNewest, now), since }, own, now);
}

function withLevelBehind(newer: PartnerView, older: PartnerView, now: Instant): PartnerView {
  const level = levelReported(older);
  if (
    level === undefined ||
    isAssessment(newer.state) ||
    (newer.lastLevel !== undefined && newer.lastLevel.observedAt >= level.observedAt)
  )
    return newer;
  return { ...newer, lastLevel: level, levelMissingSince: now };
}

function levelReported(view: PartnerView): ReportedState | undefined {
  return isAssessment(view.state) ? postureOf(view) : view.lastLevel;
}
