import { isSilent } from '../merge/silence.ts';
import type { Connector } from '../vocabulary/connector.ts';
import type { Instant } from '../vocabulary/signal.ts';

/** Graph's `mobileThreatPartnerTenantState`, of beta. */
export type ConnectorState = 'unavailable' | 'notSetUp' | 'available' | 'enabled' | 'unresponsive' | 'error';

/**
 * Where a connector is in its life (Microsoft Learn, "Mobile Threat Defense integration with Intune"): not set up
 * until the partner has called in; available, and enabled once a platform is switched on; unresponsive when silent
 * past its threshold; in error while the partner says so, or while it cannot be read what it said; unavailable after the partner has withdrawn.
 */
export function connectorState(connector: Connector, now: Instant): ConnectorState {
  if (connector.deprovisioned === true) return 'unavailable';
  if (connector.isLifeUnknown === true) return 'error';
  if (connector.lastHeartbeatAt === undefined) return 'notSetUp';
  if (isSilent(connector, now)) return 'unresponsive';
  if (connector.error !== undefined) return 'error';
  return Object.values(connector.platforms).some((platform) => platform.enabled) ? 'enabled' : 'available';
}

/**
 * Whether threat messages and requests for app inventory are taken in a state. A partner that was never heard
 * is set up by its first call, so only a withdrawn one is refused.
 */
export function acceptsMessages(state: ConnectorState): boolean {
  return state !== 'unavailable';
}
