import type { ComplianceState, FindingState, Level, ThreatCategory } from '@sallyport/core';
import type { DeviceColumn, DocumentKind, OutboxKind, ReportStatus } from '../store.ts';
import type { InventoryTables } from './app-inventory-tables.ts';

/**
 * The tables, the same in both databases. Documents that are only kept (`body`, `resource`, `signal`, ...) are
 * JSON text; what is looked up, filtered or sorted by has a column. Times are milliseconds since 1970.
 */
export interface Tables extends InventoryTables {
  schema_migrations: MigrationTable;
  documents: DocumentTable;
  group_members: GroupMemberTable;
  devices: DeviceTable;
  device_resources: DeviceResourceTable;
  postures: PostureTable;
  reports: ReportTable;
  vendor_devices: VendorDeviceTable;
  waiting_keys: WaitingKeyTable;
  findings: FindingTable;
  device_history: DeviceHistoryTable;
  outbox: OutboxTable;
  heartbeats: HeartbeatTable;
  audit: AuditTable;
}

export interface MigrationTable {
  number: number;
  name: string;
  /** 1: a binary that does not know this migration must not use the database. */
  breaking: number;
  applied_at: number;
}

interface DocumentTable {
  kind: DocumentKind;
  id: string;
  body: string;
  created_at: number;
  modified_at: number;
  version: number;
}

interface GroupMemberTable {
  group_id: string;
  member_id: string;
}

/** What devices are found, filtered and sorted by. Text is folded (see `fold.ts`); what is shown is in `device_resources`. */
interface DeviceTable extends Record<TextColumnName, string | null>, Record<TimeColumnName, number | null> {
  id: string;
  superseded_by: string | null;
  /** JSON array, see `snapshot.ts`: what the memory of decisions needs, as it was given. */
  facts: string;
}

interface DeviceResourceTable {
  device_id: string;
  resource: string;
  created_at: number;
  modified_at: number;
}

interface PostureTable {
  device_id: string;
  compliance_state: ComplianceState;
  merged_state: string;
  /** See `posture-body.ts`. */
  body: string;
}

interface ReportTable {
  seq: number;
  connector_id: string;
  report_id: string;
  format: string;
  raw: string;
  observed_at: number;
  received_at: number;
  device_id: string | null;
  status: ReportStatus;
  flag: string | null;
  signal: string | null;
}

interface VendorDeviceTable {
  /** Folded. */
  vendor_device_id: string;
  connector_id: string;
  device_id: string;
}

interface WaitingKeyTable {
  key: string;
  connector_id: string;
  report_id: string;
}

interface FindingTable {
  device_id: string;
  connector_id: string;
  id: string;
  observed_at: number;
  state: FindingState;
  severity: Level | null;
  category: ThreatCategory;
  /** JSON of the whole `FindingRow`. */
  body: string;
}

interface DeviceHistoryTable {
  seq: number;
  device_id: string;
  at: number;
  /** JSON of the event. */
  body: string;
}

interface OutboxTable {
  seq: number;
  kind: OutboxKind;
  subject: string;
  at: number;
  payload: string;
}

interface HeartbeatTable {
  connector_id: string;
  at: number;
}

interface AuditTable {
  seq: number;
  id: string;
  at: number;
  actor: string;
  operation: string;
  resource_type: string;
  resource_id: string;
  changes: string;
}

interface ColumnOfDevice {
  readonly name: string;
  /** `key`: text that names the device; white space around it does not count and empty is absent. */
  readonly type: 'text' | 'key' | 'time';
}

/** Where each filterable property of a device is kept. */
export const COLUMN_OF = {
  deviceName: { name: 'device_name', type: 'text' },
  operatingSystem: { name: 'operating_system', type: 'text' },
  osVersion: { name: 'os_version', type: 'text' },
  azureADDeviceId: { name: 'entra_device_id', type: 'key' },
  userId: { name: 'user_id', type: 'key' },
  userPrincipalName: { name: 'user_principal_name', type: 'text' },
  serialNumber: { name: 'serial_number', type: 'key' },
  imei: { name: 'imei', type: 'key' },
  udid: { name: 'udid', type: 'key' },
  easDeviceId: { name: 'eas_device_id', type: 'key' },
  jailBroken: { name: 'jail_broken', type: 'text' },
  managedDeviceOwnerType: { name: 'owner_type', type: 'text' },
  enrolledDateTime: { name: 'enrolled_at', type: 'time' },
  lastSyncDateTime: { name: 'last_sync_at', type: 'time' },
  deviceCategoryDisplayName: { name: 'category', type: 'text' },
  model: { name: 'model', type: 'text' },
  manufacturer: { name: 'manufacturer', type: 'text' },
  emailAddress: { name: 'email_address', type: 'text' },
} as const satisfies Record<DeviceColumn, ColumnOfDevice>;

type NameOf<Kind> = {
  [C in DeviceColumn]: (typeof COLUMN_OF)[C]['type'] extends Kind ? (typeof COLUMN_OF)[C]['name'] : never;
}[DeviceColumn];
export type TextColumnName = NameOf<'text' | 'key'>;
export type TimeColumnName = NameOf<'time'>;
