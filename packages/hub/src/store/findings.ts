import type { Finding, FindingState, Level, ThreatCategory } from '@sallyport/core';

export interface FindingRow extends Finding {
  readonly deviceId: string;
}

/** What is left out does not matter. */
export interface FindingQuery {
  readonly state?: FindingState | undefined;
  readonly severity?: Level | 'none' | undefined;
  /** One, or any of several. */
  readonly category?: ThreatCategory | readonly ThreatCategory[] | undefined;
  readonly connectorId?: string | undefined;
  readonly deviceId?: string | undefined;
  /** The last of the page before. */
  readonly after?: Pick<FindingRow, 'observedAt' | 'deviceId' | 'connectorId' | 'id'> | undefined;
  readonly limit: number;
}

export interface FindingReader {
  /** Of all partners, newest first. */
  ofDevices(deviceIds: readonly string[]): Promise<readonly FindingRow[]>;
  /** Some of those that were put without a category, by a version of the hub that knew none. */
  withoutCategory(limit: number): Promise<readonly FindingRow[]>;
  /** Newest first, then by device, partner and id downwards. */
  query(query: FindingQuery): Promise<readonly FindingRow[]>;
}

export interface FindingWriter {
  /** Creates or replaces by (deviceId, connectorId, id). The caller has settled which is newer. */
  put(rows: readonly FindingRow[]): Promise<void>;
  /** Of findings that were observed after `limit`, at most 1,000, the time is set to `at`. Answers how many. */
  pullBack(limit: number, at: number): Promise<number>;
}
