import type { Connector, SilentPartnerRule } from '../vocabulary/connector.ts';
import type { Instant } from '../vocabulary/signal.ts';
import type { SignalLimits } from '../vocabulary/signal-limits.ts';
import type { ThreatState } from '../vocabulary/threat-state.ts';
import { isWorseThanSecured } from '../vocabulary/threat-state.ts';

const DAY = 86_400_000;

/** Whether a partner that was once heard has been quiet for longer than its threshold. */
export function isSilent(connector: Connector, now: Instant): boolean {
  const days = connector.unresponsivenessThresholdDays;
  return (
    days > 0 &&
    connector.lastHeartbeatAt !== undefined &&
    silenceTime(connector, now) - connector.lastHeartbeatAt > days * DAY
  );
}

/** While the clock is in doubt no silence grows. */
function silenceTime({ silenceAsOf }: Connector, now: Instant): Instant {
  return silenceAsOf === undefined ? now : Math.min(now, silenceAsOf);
}

/**
 * Where a partner stands that does not report: withdrawn, and its bad news counts for the threshold whatever the rule is;
 * silent past its threshold, or since its withdrawal; or so for so long that no bad news of it counts under `keepWorse`.
 */
export type Silence = 'none' | 'withdrawn' | 'silent' | 'silentLong';

export function silenceOf(connector: Connector, at: Instant, limits: SignalLimits): Silence {
  if (connector.isLifeUnknown === true) return 'withdrawn';
  const now = silenceTime(connector, at);
  const quietMs = now - (lastHeardOf(connector) ?? -Infinity);
  if (connector.deprovisioned === true && quietMs <= daysOf(connector, limits) * DAY) return 'withdrawn';
  if (connector.deprovisioned !== true && !isSilent(connector, now)) return 'none';
  const longest = Math.max(limits.badNewsDays, connector.unresponsivenessThresholdDays) * DAY;
  return quietMs <= longest ? 'silent' : 'silentLong';
}

/** Until when a partner reported: its withdrawal, or its last sign of life. */
export function lastHeardOf({ deprovisioned, deprovisionedAt, lastHeartbeatAt }: Connector): Instant | undefined {
  return deprovisioned === true ? deprovisionedAt : lastHeartbeatAt;
}

/** A partner that is never silent by its threshold has withdrawn for good after as many days as `keepWorse` waits. */
function daysOf({ unresponsivenessThresholdDays }: Connector, { badNewsDays }: SignalLimits): number {
  return unresponsivenessThresholdDays === 0 ? badNewsDays : unresponsivenessThresholdDays;
}

/**
 * What becomes of a partner's state for a device under the rule for silent partners; `undefined`: it counts as it is.
 * After a partner's own withdrawal its bad news stays for the threshold whatever the rule is.
 */
export function silentRuleFor(
  connector: Connector,
  rule: SilentPartnerRule,
  state: ThreatState | undefined,
  now: Instant,
  limits: SignalLimits,
): SilentPartnerRule | undefined {
  const silence = silenceOf(connector, now, limits);
  if (silence === 'none') return undefined;
  const isBad = state !== undefined && isWorseThanSecured(state);
  if (silence === 'withdrawn' && isBad) return 'keepLast';
  if (rule !== 'keepWorse') return rule;
  return isBad && silence === 'silent' ? 'keepLast' : 'ignore';
}
