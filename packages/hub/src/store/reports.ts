import type { DeviceKey, Signal } from '@sallyport/core';

export type ReportStatus = 'accepted' | 'late' | 'unmatched' | 'ambiguous';

export interface ReportRow {
  readonly connectorId: string;
  readonly reportId: string;
  /** How `raw` is to be read: `partner-v1`, `lookout-mra-v2`, ... */
  readonly format: string;
  readonly raw: string;
  readonly observedAt: number;
  readonly receivedAt: number;
}

export interface NewReport extends ReportRow {
  /** With it the report is accepted for that device until `settle` says otherwise; then saying the same writes nothing. */
  readonly deviceId?: string | undefined;
}

export interface StoredReport extends ReportRow {
  /** Order of arrival. */
  readonly seq: number;
  readonly deviceId: string | null;
  readonly status: ReportStatus;
  readonly flag: string | null;
  /** Kept only while the report waits for its device. */
  readonly signal: Signal | null;
}

export interface ReportReader {
  get(connectorId: string, reportId: string): Promise<StoredReport | undefined>;
  /** Newest first; with `beforeSeq` only what arrived before that one. */
  ofDevice(deviceId: string, limit: number, beforeSeq?: number): Promise<readonly StoredReport[]>;
  /** Reports whose device is not known or not certain, oldest first. */
  waiting(limit: number, afterSeq?: number): Promise<readonly StoredReport[]>;
  /** Waiting reports that carry any of the keys, in order of arrival; with `after` only those observed after it. */
  waitingFor(keys: readonly DeviceKey[], after?: number): Promise<readonly StoredReport[]>;
  count(): Promise<number>;
  /** How many wait, by why; both are there, with 0 where none does. */
  countWaiting(): Promise<ReadonlyMap<'unmatched' | 'ambiguous', number>>;
  /** In order of arrival, for recomputation; at most `limit` after `afterSeq`. */
  replay(afterSeq: number, limit: number): Promise<readonly StoredReport[]>;
}

export interface ReportWriter {
  /** Keeps each report once, by (connectorId, reportId). Answers, in order, whether it was new; a repetition inside the batch is not new. */
  add(rows: readonly NewReport[]): Promise<readonly boolean[]>;
  /** Says what became of reports that `add` kept. */
  settle(
    rows: readonly {
      readonly connectorId: string;
      readonly reportId: string;
      readonly status: ReportStatus;
      readonly deviceId: string | null;
      readonly flag: string | null;
      /** With status `unmatched` or `ambiguous`: what to apply later, found again by `waitingFor(signal.keys)`. */
      readonly signal: Signal | null;
    }[],
  ): Promise<void>;
  /**
   * Keeps at most `limit` reports of a connector under another connector id from now on, so that their ids are
   * free again; those that waited for a device wait no more and are `late`. Answers how many.
   */
  retire(connectorId: string, as: string, limit: number): Promise<number>;
}
