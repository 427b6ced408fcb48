import type { AppInventoryReader, AppInventoryWriter } from './app-inventory.ts';
import type { AuditReader, AuditWriter } from './audit.ts';
import type { CertificateInventoryReader, CertificateInventoryWriter } from './certificate-inventory.ts';
import type { DeviceReader, DeviceWriter } from './devices.ts';
import type { DisclosureReader, DisclosureWriter } from './disclosures.ts';
import type { DocumentReader, DocumentWriter } from './documents.ts';
import type { FindingReader, FindingWriter } from './findings.ts';
import type { HeartbeatReader, HeartbeatWriter } from './heartbeats.ts';
import type { HistoryReader, HistoryWriter } from './history.ts';
import type { MemberReader, MemberWriter } from './members.ts';
import type { OutboxReader, OutboxRow, OutboxWriter } from './outbox.ts';
import type { PostureReader, PostureWriter } from './postures.ts';
import type { ReportReader, ReportWriter } from './reports.ts';
import type { VendorDeviceReader, VendorDeviceWriter } from './vendor-devices.ts';

export { DEVICE_COLUMNS, LIVE_SINCE, STRICT, SUPERSEDED_BY } from './devices.ts';
export type * from './app-inventory.ts';
export type * from './audit.ts';
export type * from './certificate-inventory.ts';
export type * from './devices.ts';
export type * from './disclosures.ts';
export type * from './documents.ts';
export type * from './filter-operator.ts';
export type * from './findings.ts';
export type * from './heartbeats.ts';
export type * from './history.ts';
export type * from './inventory.ts';
export type * from './members.ts';
export type * from './outbox.ts';
export type * from './postures.ts';
export type * from './reports.ts';
export type * from './vendor-devices.ts';

/**
 * What the hub keeps. Small interfaces, one per kind of thing; `contract/` holds the one suite that says
 * what each promises, and every database runs it.
 *
 * All times are milliseconds since 1970. All methods that take several things take them as one batch, so
 * that a batch costs a constant number of round trips whatever its size. Every method may throw `StoreBusy`.
 */
export interface Store extends Readers {
  /**
   * Runs `work` in one durable transaction: either all of it is there after a power cut, or nothing.
   * Transactions do not see each other's unfinished work. `work` must use only the `tx` it is given.
   * If `work` throws, nothing is kept and the error is passed on. After a conflict with another node `work` is
   * run again from the start, so it must change nothing outside of `tx`. A write that answers nothing may fail
   * only later, at the latest at the end; the transaction is undone then, even if `work` swallows the error.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /**
   * Calls `listener` after each committed transaction that appended to the outbox, in order of `seq`: of this
   * node before its `transaction` resolves, and, where several nodes share the database, of the others too.
   */
  onCommitted(listener: (rows: readonly OutboxRow[]) => void): void;
  /**
   * For how many milliseconds memory may have differed from the database: because what other processes committed
   * could not be read, or because the database's file is not the one that was opened. Monotonic.
   */
  behindForMs(): number;
  /** What the database's own clock shows; `undefined` where that is this machine's. */
  clock(): Promise<number | undefined>;
  /** Finishes what is in flight, then lets go of the database. */
  close(): Promise<void>;
}

/**
 * The database cannot write now (disk full, locked, unreachable). Nothing was kept; the same call may be
 * made again after `retryAfterSeconds`. Routes answer 503 with Retry-After.
 */
export class StoreBusy extends Error {
  readonly retryAfterSeconds: number;
  constructor(message: string, retryAfterSeconds = 5, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreBusy';
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The file of the database was removed, replaced, truncated or moved under the hub. It passes only if the file comes back, or with a new start. */
export class DatabaseFileLost extends StoreBusy {
  constructor(message: string) {
    super(message);
    this.name = 'DatabaseFileLost';
  }
}

/** There is no database, or an empty one, where one that was used before is expected. */
export class NoDatabase extends Error {
  constructor(where: string) {
    super(
      `There is no database of Sallyport in ${where}, and one is expected: the data folder holds the keys of a hub that ran here, or --existing-database is given. Put the database back ` +
        '(hub.db, with hub.db-wal if it is there) or name the one that was used. To begin with an empty hub, start once with --new-database.',
    );
    this.name = 'NoDatabase';
  }
}

/** A text holds U+0000, which PostgreSQL can neither keep nor look for. Nothing was kept. */
export class UnkeepableText extends Error {
  constructor(cause: unknown) {
    super('A text holds the character U+0000, which the database cannot keep.', { cause });
    this.name = 'UnkeepableText';
  }
}

/** The database went away in the middle of a commit, and could not be asked yet whether that was kept. */
export class CommitInDoubt extends StoreBusy {
  constructor(cause: unknown) {
    super(
      'The database went away while it was keeping this, so it is not known yet whether it did. Send it again.',
      undefined,
      { cause },
    );
    this.name = 'CommitInDoubt';
  }
}

export interface Readers {
  readonly documents: DocumentReader;
  readonly members: MemberReader;
  readonly devices: DeviceReader;
  readonly vendorDevices: VendorDeviceReader;
  readonly postures: PostureReader;
  readonly reports: ReportReader;
  readonly findings: FindingReader;
  readonly history: HistoryReader;
  readonly outbox: OutboxReader;
  readonly heartbeats: HeartbeatReader;
  readonly audit: AuditReader;
  readonly appInventory: AppInventoryReader;
  readonly certificateInventory: CertificateInventoryReader;
  readonly disclosures: DisclosureReader;
}

export interface Transaction {
  readonly documents: DocumentReader & DocumentWriter;
  readonly members: MemberReader & MemberWriter;
  readonly devices: DeviceReader & DeviceWriter;
  readonly vendorDevices: VendorDeviceReader & VendorDeviceWriter;
  readonly postures: PostureReader & PostureWriter;
  readonly reports: ReportReader & ReportWriter;
  readonly findings: FindingReader & FindingWriter;
  readonly history: HistoryReader & HistoryWriter;
  readonly outbox: OutboxReader & OutboxWriter;
  readonly heartbeats: HeartbeatReader & HeartbeatWriter;
  readonly audit: AuditReader & AuditWriter;
  readonly appInventory: AppInventoryReader & AppInventoryWriter;
  readonly certificateInventory: CertificateInventoryReader & CertificateInventoryWriter;
  readonly disclosures: DisclosureReader & DisclosureWriter;
}
