export interface AuditRow {
  readonly id: string;
  readonly at: number;
  readonly actor: string;
  /** `Create`, `Patch`, `Delete`, `Action`. */
  readonly operation: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly changes: readonly {
    readonly property: string;
    readonly oldValue: string | null;
    readonly newValue: string | null;
  }[];
}

export interface AuditReader {
  /** Newest first. */
  list(limit: number, offset: number): Promise<readonly AuditRow[]>;
}

export interface AuditWriter {
  append(rows: readonly AuditRow[]): Promise<void>;
}
