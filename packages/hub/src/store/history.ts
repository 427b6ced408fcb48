import type { ComplianceState, Level, Reason, ThreatCategory, ThreatState } from '@sallyport/core';

/** `null`: there was nothing before. */
export type HistoryEvent =
  /** The word of one partner about the device. */
  | {
      readonly kind: 'levelChanged';
      readonly connectorId: string;
      readonly from: ThreatState | null;
      readonly to: ThreatState;
      readonly reportId: string;
    }
  /** What all partners come to together. `causedBy`: connectors whose words changed with it, none where rules or silence did it; absent in what older versions wrote. */
  | {
      readonly kind: 'mergedLevelChanged';
      readonly from: ThreatState | null;
      readonly to: ThreatState;
      readonly causedBy?: readonly string[] | undefined;
    }
  | {
      readonly kind: 'complianceChanged';
      readonly from: ComplianceState | null;
      readonly to: ComplianceState;
      readonly reasons: readonly Reason[];
    }
  /** What a partner had said counts no more: its connector was deleted, or goes on with another vendor. */
  | { readonly kind: 'partnerRemoved'; readonly connectorId: string; readonly from: ThreatState }
  /** Partners began, or ceased, to say different things of the device. */
  | {
      readonly kind: 'partnersDisagree';
      readonly views: readonly { readonly connectorId: string; readonly state: ThreatState }[];
    }
  | { readonly kind: 'partnersAgree' }
  /** An older identity of these partners began, or ceased, to report worse than their newest: one phone with two records, or two phones. */
  | { readonly kind: 'identityConflictStarted'; readonly connectorIds: readonly string[] }
  | { readonly kind: 'identityConflictEnded' }
  /** Bad news that may be about this device or about another began, or ceased, to be held against this one. */
  | {
      readonly kind: 'holdStarted';
      readonly views: readonly {
        readonly connectorId: string;
        readonly reportId: string;
        readonly state: ThreatState;
      }[];
    }
  | { readonly kind: 'holdEnded' }
  /** The phone was enrolled again: `superseded` in the older record, `supersedes` in the newer one. */
  | { readonly kind: 'superseded' | 'supersedes'; readonly deviceId: string }
  /** No longer superseded by that record. */
  | { readonly kind: 'reinstated'; readonly deviceId: string }
  /** `findingChanged`: its severity; `findingNoted`: it was over when it was first heard of. */
  | {
      readonly kind: 'findingOpened' | 'findingChanged' | 'findingResolved' | 'findingNoted';
      readonly connectorId: string;
      readonly findingId: string;
      readonly reportId: string;
      readonly type: string;
      readonly category: ThreatCategory;
      readonly severity: Level | null;
      readonly title: string | null;
    };

/** What changed on a device, for people who look back. */
export interface HistoryRow {
  readonly deviceId: string;
  readonly at: number;
  readonly event: HistoryEvent;
}

export interface StoredHistory extends HistoryRow {
  /** Order of writing. */
  readonly seq: number;
}

export interface HistoryReader {
  /** Newest first; with `beforeSeq` only what was written before that one. */
  ofDevice(deviceId: string, limit: number, beforeSeq?: number): Promise<readonly StoredHistory[]>;
}

export interface HistoryWriter {
  /** Forgotten with the device. */
  append(rows: readonly HistoryRow[]): Promise<void>;
  /** Forgets some of what is older than `before`; answers how many, 0 when there is nothing left to forget. */
  prune(before: number): Promise<number>;
}
