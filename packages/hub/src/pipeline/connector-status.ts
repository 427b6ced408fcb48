import type { Connector, ConnectorError, ConnectorState } from '@sallyport/core';

/** A stored `connectorStatus` document: what the partner said of itself, and the state that was last noted. */
export interface ConnectorStatus {
  readonly deprovisioned: boolean;
  /** When the partner withdrew; absent in what was stored before that was noted. */
  readonly deprovisionedAt?: number | undefined;
  readonly error: ConnectorError | null;
  readonly state: ConnectorState | null;
}

export const NEW_STATUS: ConnectorStatus = { deprovisioned: false, error: null, state: null };

/** The part of it that the rules know. */
export function lifeOf(status: ConnectorStatus | undefined): Pick<Connector, 'deprovisioned' | 'deprovisionedAt' | 'error'> {
  return { deprovisioned: status?.deprovisioned ?? false, deprovisionedAt: status?.deprovisionedAt, error: status?.error ?? undefined };
}
