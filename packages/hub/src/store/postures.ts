import type { ComplianceState, PartnerView, Reason, ThreatState } from '@sallyport/core';

/** What is current about one device, as the pipeline left it. */
export interface PostureRow {
  readonly deviceId: string;
  readonly views: readonly PartnerView[];
  readonly mergedState: ThreatState;
  readonly complianceState: ComplianceState;
  readonly reasons: readonly Reason[];
  /** Since when each failing compliance policy fails, by policy id (`builtIn` for the built-in one); kept as JSON. */
  readonly failing: Readonly<Record<string, number>>;
  readonly graceUntil: number | null;
  /** When what the partners reported comes to something else though nothing is reported; absent: never. */
  readonly changesAt?: number | undefined;
  readonly updatedAt: number;
}

export interface PostureReader {
  /** Unknown ids are left out. Inside a transaction the rows are locked until it ends. */
  get(deviceIds: readonly string[]): Promise<readonly PostureRow[]>;
  /** Devices whose posture names this connector in a view, or in a reason; ordered by id, after `afterId`. Reads all postures: for rare occasions. */
  withViewOf(connectorId: string, afterId: string, limit: number): Promise<readonly string[]>;
  /** How many devices are in each compliance state. */
  countByState(): Promise<ReadonlyMap<ComplianceState, number>>;
}

export interface PostureWriter {
  put(rows: readonly PostureRow[]): Promise<void>;
}
