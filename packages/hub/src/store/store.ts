import type {
  AndroidManagement, ComplianceState, DeviceKey, Finding, FindingState, InstalledApp, InstalledCertificate, InventoryKind, Level,
  PartnerView, Platform, Reason, Signal, ThreatCategory, ThreatState,
} from '@sallyport/core';

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
   * For how many milliseconds `onCommitted` may have missed what other processes committed, because the
   * database could not be asked; 0 where there are no others.
   */
  behindForMs(): number;
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

/** The database went away in the middle of a commit, and could not be asked yet whether that was kept. */
export class CommitInDoubt extends StoreBusy {
  constructor(cause: unknown) {
    super('The database went away while it was keeping this, so it is not known yet whether it did. Send it again.', undefined, { cause });
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

// ---- documents: the configuration, small enough to be held in memory by who uses it

export type DocumentKind =
  | 'mobileThreatDefenseConnector' | 'deviceCompliancePolicy' | 'conditionalAccessPolicy' | 'namedLocation'
  | 'user' | 'group' | 'application' | 'door' | 'mergeRule' | 'deviceManagementSettings' | 'vendorLink' | 'vendorCursor' | 'deletedItem'
  /** Where inventories come from, where they are pushed to, and how far that has come. */
  | 'inventorySource' | 'inventoryPush' | 'inventoryCursor'
  /** Which tenant this database belongs to, and the write probe behind `/readyz`. */
  | 'tenant'
  /** What a connector's partner said of itself, and the state it was last seen in; id = connector id. */
  | 'connectorStatus'
  /** A device of which partners say different things, as it was told; id = device id. */
  | 'disagreement';

export interface DocumentRow {
  readonly kind: DocumentKind;
  /** Unique within the kind; compared as given (callers lower-case GUIDs). */
  readonly id: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly createdAt: number;
  readonly modifiedAt: number;
  /** 1, then one more at each write. */
  readonly version: number;
}

export interface DocumentReader {
  get(kind: DocumentKind, id: string): Promise<DocumentRow | undefined>;
  /** Ordered by `createdAt`, then `id`. */
  list(kind: DocumentKind): Promise<readonly DocumentRow[]>;
  /** All of a kind of which there may be very many, in pages ordered by id. Does not block writers. */
  snapshot(kind: DocumentKind): AsyncIterable<readonly DocumentRow[]>;
}

export interface DocumentWriter {
  /** Creates or replaces. With `expectVersion`: answers `undefined` and writes nothing when it is not the current one. */
  put(kind: DocumentKind, id: string, body: Readonly<Record<string, unknown>>, at: number, expectVersion?: number): Promise<DocumentRow | undefined>;
  /** Whether there was something to delete. */
  delete(kind: DocumentKind, id: string): Promise<boolean>;
}

// ---- group members

export interface MembersOfGroup {
  readonly groupId: string;
  readonly memberIds: readonly string[];
}

export interface MemberReader {
  /** (group, member) pairs; a member is a user or a group. In no particular order. */
  all(): Promise<readonly { groupId: string; memberId: string }[]>;
  of(groupId: string): Promise<readonly string[]>;
  /** Everything that `all` answers, in parts, ordered by group and member; a group may come in several. Does not block writers. */
  snapshot(): AsyncIterable<readonly MembersOfGroup[]>;
}

export interface MemberWriter {
  /** Safe to repeat. */
  add(groupId: string, memberIds: readonly string[]): Promise<void>;
  remove(groupId: string, memberId: string): Promise<boolean>;
  /** Everything about `id`, as a group or as a member. */
  removeAll(id: string): Promise<void>;
}

// ---- devices

/** A `managedDevice` as it is stored: Graph's property names. `resource.id` is the row's id. */
export interface DeviceRow {
  readonly id: string;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** Properties of `DeviceRow.resource` that have a column of their own and can be filtered and sorted by. */
export const DEVICE_COLUMNS = [
  'deviceName', 'operatingSystem', 'osVersion', 'azureADDeviceId', 'userId', 'userPrincipalName', 'serialNumber',
  'imei', 'udid', 'easDeviceId', 'jailBroken', 'managedDeviceOwnerType', 'enrolledDateTime', 'lastSyncDateTime',
  'deviceCategoryDisplayName', 'model', 'manufacturer', 'emailAddress',
] as const;
export type DeviceColumn = (typeof DEVICE_COLUMNS)[number];

/** What a device list can be filtered by beside its own columns; these come from the posture. */
export type DeviceFilterColumn = DeviceColumn | 'id' | 'complianceState' | 'partnerReportedThreatState';

export type FilterOperator = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge' | 'contains' | 'startswith' | 'endswith';

/** A filter as the store understands it. Text compares case-insensitively, times (ISO 8601) as instants. */
export type DeviceFilter =
  | { readonly op: FilterOperator; readonly column: DeviceFilterColumn; readonly value: string | null }
  | { readonly op: 'and' | 'or'; readonly parts: readonly DeviceFilter[] }
  | { readonly op: 'not'; readonly part: DeviceFilter };

export interface DeviceQuery {
  readonly filter?: DeviceFilter | undefined;
  readonly orderBy?: readonly { readonly column: DeviceFilterColumn; readonly descending: boolean }[] | undefined;
  /** Only what comes after this place in the same `orderBy`; it need not be there any more. */
  readonly after?: DevicePosition | undefined;
  readonly limit: number;
  readonly offset: number;
}

/** Where a device stood in an order: what it was sorted by, one value for each part of `orderBy`, as the store compares it. */
export interface DevicePosition {
  readonly id: string;
  readonly values: readonly (string | number | null)[];
}

/** A device with the little that decisions need, for filling the memory index at start. */
export interface DeviceSnapshotRow {
  readonly id: string;
  readonly operatingSystem: string;
  readonly osVersion: string;
  readonly azureADDeviceId: string | null;
  readonly easDeviceId: string | null;
  readonly serialNumber: string | null;
  /** `null`: not Android, or not known. */
  readonly androidManagement: AndroidManagement | null;
  readonly userId: string | null;
  readonly lastSyncAt: number;
  readonly enrolledAt: number;
  /** `null`: never evaluated. */
  readonly posture: PostureRow | null;
}

export interface DeviceReader {
  /** Unknown ids are left out. In no particular order. */
  get(ids: readonly string[]): Promise<readonly DeviceRow[]>;
  query(query: DeviceQuery): Promise<readonly DeviceRow[]>;
  /** `undefined` when there is no such device. */
  positionOf(id: string, orderBy: NonNullable<DeviceQuery['orderBy']>): Promise<DevicePosition | undefined>;
  count(filter?: DeviceFilter): Promise<number>;
  /** The ids of the devices that carry each key, in the order of `keys`; several for an ambiguous key. */
  findByKeys(keys: readonly DeviceKey[]): Promise<readonly (readonly string[])[]>;
  /**
   * All devices, in pages of the store's choosing, ordered by id. Does not block writers: a device is shown as
   * it is when its page is read. Who read `outbox.range()` before and follows from there misses nothing.
   */
  snapshot(): AsyncIterable<readonly DeviceSnapshotRow[]>;
}

export interface DeviceWriter {
  /** Creates or replaces, and keeps `findByKeys` in step (`managedDeviceId`, `entraDeviceId`, `serialNumber`, `imei`, `udid`, `easDeviceId`). */
  put(rows: readonly DeviceRow[]): Promise<void>;
  /** With everything that hangs on it except its reports. Answers how many there were. */
  delete(ids: readonly string[]): Promise<number>;
}

// ---- partners' own ids of devices

export interface VendorDeviceKey {
  readonly connectorId: string;
  /** Compared trimmed and in any letter case. */
  readonly vendorDeviceId: string;
}

export interface VendorDevice extends VendorDeviceKey {
  readonly deviceId: string;
}

export interface VendorDeviceReader {
  /** The device that each id was learnt to mean, in the order of `keys`. */
  find(keys: readonly VendorDeviceKey[]): Promise<readonly (string | undefined)[]>;
}

export interface VendorDeviceWriter {
  /** From now on each id means its device, whatever it meant before. Forgotten with the device. */
  learn(rows: readonly VendorDevice[]): Promise<void>;
  /** Everything that was learnt of a partner. */
  forget(connectorId: string): Promise<void>;
}

// ---- posture

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

// ---- reports

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
  /** Waiting reports that carry any of the keys, oldest first. */
  waitingFor(keys: readonly DeviceKey[]): Promise<readonly StoredReport[]>;
  count(): Promise<number>;
  /** In order of arrival, for recomputation; at most `limit` after `afterSeq`. */
  replay(afterSeq: number, limit: number): Promise<readonly StoredReport[]>;
}

export interface ReportWriter {
  /** Keeps each report once, by (connectorId, reportId). Answers, in order, whether it was new; a repetition inside the batch is not new. */
  add(rows: readonly ReportRow[]): Promise<readonly boolean[]>;
  /** Says what became of reports that `add` kept. */
  settle(rows: readonly {
    readonly connectorId: string; readonly reportId: string; readonly status: ReportStatus;
    readonly deviceId: string | null; readonly flag: string | null;
    /** With status `unmatched` or `ambiguous`: what to apply later, found again by `waitingFor(signal.keys)`. */
    readonly signal: Signal | null;
  }[]): Promise<void>;
  /**
   * Keeps at most `limit` reports of a connector under another connector id from now on, so that their ids are
   * free again; those that waited for a device wait no more and are `late`. Answers how many.
   */
  retire(connectorId: string, as: string, limit: number): Promise<number>;
}

// ---- findings

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
}

// ---- history: what changed on a device, for people who look back

/** `null`: there was nothing before. */
export type HistoryEvent =
  /** The word of one partner about the device. */
  | { readonly kind: 'levelChanged'; readonly connectorId: string; readonly from: ThreatState | null; readonly to: ThreatState; readonly reportId: string }
  /** What all partners come to together. `causedBy`: connectors whose words changed with it, none where rules or silence did it; absent in what older versions wrote. */
  | { readonly kind: 'mergedLevelChanged'; readonly from: ThreatState | null; readonly to: ThreatState; readonly causedBy?: readonly string[] | undefined }
  | { readonly kind: 'complianceChanged'; readonly from: ComplianceState | null; readonly to: ComplianceState; readonly reasons: readonly Reason[] }
  /** What a partner had said counts no more: its connector was deleted, or goes on with another vendor. */
  | { readonly kind: 'partnerRemoved'; readonly connectorId: string; readonly from: ThreatState }
  /** Partners began, or ceased, to say different things of the device. */
  | { readonly kind: 'partnersDisagree'; readonly views: readonly { readonly connectorId: string; readonly state: ThreatState }[] }
  | { readonly kind: 'partnersAgree' }
  /** `findingChanged`: its severity; `findingNoted`: it was over when it was first heard of. */
  | {
    readonly kind: 'findingOpened' | 'findingChanged' | 'findingResolved' | 'findingNoted'; readonly connectorId: string; readonly findingId: string; readonly reportId: string;
    readonly type: string; readonly category: ThreatCategory; readonly severity: Level | null; readonly title: string | null;
  };

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

// ---- outbox

export type OutboxKind =
  | 'device-posture-changed' | 'device-removed' | 'configuration-changed'
  /** For people who watch over the partners. */
  | 'connector-state-changed' | 'disagreement-started' | 'disagreement-ended';

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
  /** Forgets rows older than `before` (time), except the newest 10,000. Answers how many. */
  prune(before: number): Promise<number>;
}

// ---- heartbeats and audit

export interface HeartbeatReader {
  /** Connector id to time of its last heartbeat. */
  all(): Promise<ReadonlyMap<string, number>>;
}

export interface HeartbeatWriter {
  /** Never goes back in time. */
  set(connectorId: string, at: number): Promise<void>;
  forget(connectorId: string): Promise<void>;
}

export interface AuditRow {
  readonly id: string;
  readonly at: number;
  readonly actor: string;
  /** `Create`, `Patch`, `Delete`, `Action`. */
  readonly operation: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly changes: readonly { readonly property: string; readonly oldValue: string | null; readonly newValue: string | null }[];
}

export interface AuditReader {
  /** Newest first. */
  list(limit: number, offset: number): Promise<readonly AuditRow[]>;
}

export interface AuditWriter {
  append(rows: readonly AuditRow[]): Promise<void>;
}

// ---- inventories: what is installed on devices

export type { InventoryKind } from '@sallyport/core';

interface DeviceInventory {
  readonly deviceId: string;
  /** Of the device when it was collected; changes are read by it. */
  readonly platform: Platform;
  /** When the device told it. What is older than what is kept is not taken. */
  readonly collectedAt: number;
  /** Where it came from: the id of a source, `api`, `graph`. */
  readonly source: string;
}

/** An app as it is kept of one device. */
export interface KeptApp extends InstalledApp {
  /** Graph's `detectedAppPlatformType`; the same app on two of them is two apps. */
  readonly appPlatform: string;
  /** Whether administrators see it among the detected apps, and it counts there. */
  readonly listed: boolean;
}

export interface DeviceApps extends DeviceInventory {
  readonly apps: readonly KeptApp[];
}

export interface StoredApp extends KeptApp {
  /** Of the app among the detected apps. */
  readonly id: string;
}

export interface StoredDeviceApps extends DeviceInventory {
  readonly apps: readonly StoredApp[];
}

/** A device whose inventory changed. `inventory` is absent where what was kept is gone, with the device or without it. */
export interface InventoryChange<Inventory> {
  readonly change: number;
  readonly deviceId: string;
  readonly inventory: Inventory | undefined;
}

/** Graph's `detectedApp`. */
export interface DetectedAppRow {
  readonly id: string;
  readonly platform: string;
  readonly appId: string | null;
  readonly displayName: string | null;
  /** The short version where there is one. */
  readonly version: string | null;
  readonly publisher: string | null;
  readonly sizeInByte: number;
  /** Devices on which it is listed; never 0. */
  readonly deviceCount: number;
}

export type DetectedAppColumn = 'id' | 'displayName' | 'version' | 'publisher' | 'platform' | 'sizeInByte' | 'deviceCount';

export type DetectedAppFilter =
  | { readonly op: FilterOperator; readonly column: DetectedAppColumn; readonly value: string | number | null }
  | { readonly op: 'and' | 'or'; readonly parts: readonly DetectedAppFilter[] }
  | { readonly op: 'not'; readonly part: DetectedAppFilter };

export interface DetectedAppQuery {
  readonly filter?: DetectedAppFilter | undefined;
  readonly orderBy?: readonly { readonly column: DetectedAppColumn; readonly descending: boolean }[] | undefined;
  readonly limit: number;
  readonly offset: number;
}

export interface AppInventoryReader {
  /** Devices of which nothing is kept are left out. In no particular order. */
  ofDevices(deviceIds: readonly string[]): Promise<readonly StoredDeviceApps[]>;
  /**
   * The newest change of each device of a platform, after `after` and in order. What only apps stored beside
   * themselves (`dynamicSize`) is kept, but is no change. Costs what it answers, however many devices there are.
   */
  changes(platform: Platform, after: number, limit: number): Promise<readonly InventoryChange<StoredDeviceApps>[]>;
  /** The number of the newest change there ever was, of all platforms; 0 before the first. Changes are committed in the order of their numbers. */
  lastChange(): Promise<number>;
  /** In order of `orderBy`, then of id. */
  query(query: DetectedAppQuery): Promise<readonly DetectedAppRow[]>;
  count(filter?: DetectedAppFilter): Promise<number>;
  /** Detected apps by id; unknown and unlisted ones are left out. In no particular order. */
  detected(ids: readonly string[]): Promise<readonly DetectedAppRow[]>;
  /** The devices on which an app is listed, in an order of the store's own; `after` is the last `place` seen. */
  devicesWith(appId: string, after: number, limit: number): Promise<readonly { readonly deviceId: string; readonly place: number }[]>;
  /** The apps that the device management of a device last said are managed; `undefined` where it never said. */
  managedApps(deviceId: string): Promise<{ readonly appIds: readonly string[]; readonly collectedAt: number } | undefined>;
  /** What was put by `putPendingApps` and is still there. */
  pendingApps(deviceId: string): Promise<PendingApps | undefined>;
  /**
   * Devices of a platform whose set may hold apps that are the user's own (known not to be managed, and not listed), by
   * ascending `place`, the last of which is the next `after`. Costs what it answers.
   */
  withOwnApps(platform: Platform, after: number, limit: number): Promise<readonly { readonly deviceId: string; readonly place: number }[]>;
  /** The newest change of these platforms that was a removal and is forgotten: who knows the changes up to an earlier one may have missed it. 0: none is. */
  prunedChange(platforms: readonly Platform[]): Promise<number>;
}

/** Apps of a device that are not part of what is kept of it, for a short time, readable by the hub alone. */
export interface PendingApps {
  readonly deviceId: string;
  /** They count for nothing from then on. */
  readonly until: number;
  readonly sealed: string;
}

export interface AppInventoryWriter {
  /** Replaces what is kept of each device. Answers, in order, whether it was: not for unknown devices and older news. */
  put(rows: readonly DeviceApps[]): Promise<readonly boolean[]>;
  /** Keeps the ids of the managed apps of a device. Answers whether it is newer than what was known. */
  putManagedApps(deviceId: string, appIds: readonly string[], collectedAt: number): Promise<boolean>;
  /** Keeps these apart from everything else, instead of what was kept so of the same devices before. */
  putPendingApps(rows: readonly PendingApps[]): Promise<void>;
  forgetPendingApps(deviceIds: readonly string[]): Promise<void>;
  /** Deletes some of those whose time is over at `now`. Answers how many; 0: there are no more. */
  prunePendingApps(now: number): Promise<number>;
  /** See `PruneGone`. */
  pruneGone(prune: PruneGone): Promise<number>;
  /** Makes a change of what is kept of these devices, which is as it was: something else about them matters to those who read changes. */
  touch(deviceIds: readonly string[]): Promise<void>;
  /** Forgets everything about the apps of these devices. Happens by itself when a device is deleted. */
  forget(deviceIds: readonly string[]): Promise<void>;
}

/**
 * Forgets some of the removals up to a change, the oldest first, and of devices that exist no more what else was kept
 * for them. Answers how many; 0: there are no more.
 */
export interface PruneGone {
  readonly upTo: number;
  /** Sums of hand-overs last made before this time go too. `undefined`: they stay. */
  readonly disclosedBefore: number | undefined;
}

export interface DeviceCertificates extends DeviceInventory {
  readonly certificates: readonly InstalledCertificate[];
}

export interface CertificateInventoryReader {
  ofDevices(deviceIds: readonly string[]): Promise<readonly DeviceCertificates[]>;
  /** As `AppInventoryReader.changes`. */
  changes(platform: Platform, after: number, limit: number): Promise<readonly InventoryChange<DeviceCertificates>[]>;
  /** As `AppInventoryReader.lastChange`. */
  lastChange(): Promise<number>;
  /** As `AppInventoryReader.prunedChange`. */
  prunedChange(platforms: readonly Platform[]): Promise<number>;
}

export interface CertificateInventoryWriter {
  put(rows: readonly DeviceCertificates[]): Promise<readonly boolean[]>;
  pruneGone(prune: PruneGone): Promise<number>;
  touch(deviceIds: readonly string[]): Promise<void>;
  forget(deviceIds: readonly string[]): Promise<void>;
}

// ---- disclosures: who was given which inventory

/** `fetch`: the partner asked; `push`: it was sent. */
export type DisclosureChannel = 'fetch' | 'push';

export interface DisclosedDevice {
  readonly deviceId: string;
  readonly scope: 'managed' | 'all';
  /** Number of apps or certificates. */
  readonly items: number;
}

/** One hand-over, written before it happens. */
export interface Disclosure {
  /** The same one is kept once, however often it is sent. */
  readonly messageId: string;
  readonly at: number;
  readonly connectorId: string;
  /** The application that asked, or the address that it was sent to. */
  readonly clientId: string;
  readonly kind: InventoryKind;
  readonly channel: DisclosureChannel;
  readonly devices: readonly DisclosedDevice[];
}

export interface DisclosureRow extends Omit<Disclosure, 'devices'> {
  /** Order of writing. */
  readonly seq: number;
  readonly deviceCount: number;
  readonly itemCount: number;
}

/** What one partner was given of one device, summed up. */
export interface DeviceDisclosure {
  readonly deviceId: string;
  readonly connectorId: string;
  readonly kind: InventoryKind;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly times: number;
  /** Of the last time. */
  readonly scope: 'managed' | 'all';
  readonly items: number;
}

export interface DisclosureQuery {
  readonly connectorId?: string | undefined;
  /** The last `seq` seen. */
  readonly before?: number | undefined;
  /** Milliseconds since 1970; `from` included, `to` not. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly limit: number;
}

export interface DisclosureReader {
  /** Newest first. */
  list(query: DisclosureQuery): Promise<readonly DisclosureRow[]>;
  /** Whose inventory a hand-over held, also devices that are gone; `undefined` for an unknown number. */
  devicesOf(seq: number): Promise<readonly DisclosedDevice[] | undefined>;
  ofDevices(deviceIds: readonly string[], connectorId?: string): Promise<readonly DeviceDisclosure[]>;
}

export interface DisclosureWriter {
  record(disclosure: Disclosure): Promise<void>;
  /**
   * Forgets some of the hand-overs before `before`, and what is summed up of devices in them that are gone and were
   * not handed over since. Of devices that exist, or whose removal is not forgotten, the sum stays: partners are told by
   * it when something is to be deleted.
   * Answers how many hand-overs; 0: there are no older ones.
   */
  prune(before: number): Promise<number>;
}
