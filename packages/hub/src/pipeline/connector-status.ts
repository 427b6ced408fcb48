import type { Connector, ConnectorError, ConnectorState } from '@sallyport/core';

/** What is done with a value of the vendor's about protection that no table holds. */
export interface HandledTerm {
  /** As `termKey` names it. */
  readonly term: string;
  /** `disregarded`: a change of its vocabulary, which says nothing about a device. `enforced`: missing data, however many hold it. */
  readonly handling: 'disregarded' | 'enforced';
  readonly since: number;
  /** Devices that held it when that was decided. */
  readonly devices: number;
  /** The administrator's client; absent: the hub did it by itself, and ends it when no device holds the value any more. */
  readonly by?: string | undefined;
}

/** A stored `connectorStatus` document: what the partner said of itself, and the state that was last noted. */
export interface ConnectorStatus {
  readonly deprovisioned: boolean;
  /** When the partner withdrew; absent in what was stored before that was noted. */
  readonly deprovisionedAt?: number | undefined;
  readonly error: ConnectorError | null;
  readonly state: ConnectorState | null;
  /** Absent while every unknown value is treated by the rule for them. */
  readonly terms?: readonly HandledTerm[] | undefined;
}

export const NEW_STATUS: ConnectorStatus = { deprovisioned: false, error: null, state: null };

/** The part of it that the rules know. */
export function lifeOf(status: ConnectorStatus | undefined): Pick<Connector, 'deprovisioned' | 'deprovisionedAt' | 'error' | 'disregardedTerms'> {
  return {
    deprovisioned: status?.deprovisioned ?? false, deprovisionedAt: status?.deprovisionedAt, error: status?.error ?? undefined,
    disregardedTerms: disregardedTerms(status),
  };
}

function disregardedTerms(status: ConnectorStatus | undefined): readonly string[] | undefined {
  const terms = status?.terms?.flatMap(({ term, handling }) => (handling === 'disregarded' ? [term] : [])) ?? [];
  return terms.length === 0 ? undefined : terms;
}
