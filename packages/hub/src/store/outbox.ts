export type OutboxKind =
  | 'device-posture-changed'
  | 'device-removed'
  | 'configuration-changed'
  /** What partners report of a device is another, and what it comes to is not: for other processes, which evaluate it by other rules one day. */
  | 'device-views-changed'
  /** For people who watch over the partners. */
  | 'connector-state-changed'
  | 'disagreement-started'
  | 'disagreement-ended'
  | 'identity-conflict-started'
  | 'identity-conflict-ended'
  | 'vendor-vocabulary-changed'
  /** About records of one phone, and reports that may be about several devices. */
  | 'device-superseded'
  | 'device-reinstated'
  | 'device-key-shared'
  | 'device-hold-started'
  | 'device-hold-ended'
  | 'key-too-common';

export interface OutboxRow {
  /** Ever growing, without promise of being gapless. */
  readonly seq: number;
  readonly kind: OutboxKind;
  /** What order is kept for: the device, or the kind of configuration. */
  readonly subject: string;
  readonly at: number;
  readonly payload: Readonly<Record<string, unknown>>;
  /**
   * Told to listeners of `onCommitted` only: the caller of this row's `transaction` may have been told that the
   * database is busy, for its commit was not answered. Whoever wrote it does not know that it was kept.
   */
  readonly inDoubt?: true;
}

export interface OutboxReader {
  /** In order of `seq`. */
  after(seq: number, limit: number): Promise<readonly OutboxRow[]>;
  /** The oldest that is still kept and the newest; 0 and 0 when there is none. */
  range(): Promise<{ readonly first: number; readonly last: number }>;
}

export interface OutboxWriter {
  /** Answers the rows with their `seq`, in order. */
  append(rows: readonly Omit<OutboxRow, 'seq'>[]): Promise<readonly OutboxRow[]>;
  /**
   * Forgets rows older than `before` (time), except the newest 10,000, and every row ahead of one of these, whatever its
   * time: clocks jump, and what is left must have no gap. Answers how many.
   */
  prune(before: number): Promise<number>;
}
