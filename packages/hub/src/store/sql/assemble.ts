import type { OutboxRow, Readers, Transaction } from '../store.ts';
import { appInventory, appInventoryReader } from './app-inventory.ts';
import { audit, auditReader } from './audit.ts';
import { certificateInventory, certificateInventoryReader } from './certificate-inventory.ts';
import { deviceReader, devices } from './devices.ts';
import { disclosureReader, disclosures } from './disclosures.ts';
import { documentReader, documents } from './documents.ts';
import { findingReader, findings } from './findings.ts';
import { history, historyReader } from './history.ts';
import { heartbeatReader, heartbeats } from './heartbeats.ts';
import { memberReader, members } from './members.ts';
import { outbox, outboxReader } from './outbox.ts';
import { postureReader, postures } from './postures.ts';
import { reportReader, reports } from './reports.ts';
import type { ReadSession, WriteSession } from './session.ts';
import { vendorDeviceReader, vendorDevices } from './vendor-devices.ts';

export function readersOn(session: ReadSession): Readers {
  return {
    documents: documentReader(session),
    members: memberReader(session),
    devices: deviceReader(session),
    vendorDevices: vendorDeviceReader(session),
    postures: postureReader(session),
    reports: reportReader(session),
    findings: findingReader(session),
    history: historyReader(session),
    outbox: outboxReader(session),
    heartbeats: heartbeatReader(session),
    audit: auditReader(session),
    appInventory: appInventoryReader(session),
    certificateInventory: certificateInventoryReader(session),
    disclosures: disclosureReader(session),
  };
}

export function transactionOn(
  session: WriteSession,
  appended: (rows: readonly OutboxRow[]) => void,
  lastOfOutbox?: number,
): Transaction {
  return {
    documents: documents(session),
    members: members(session),
    devices: devices(session),
    vendorDevices: vendorDevices(session),
    postures: postures(session),
    reports: reports(session),
    findings: findings(session),
    history: history(session),
    outbox: outbox(session, appended, lastOfOutbox),
    heartbeats: heartbeats(session),
    audit: audit(session),
    appInventory: appInventory(session),
    certificateInventory: certificateInventory(session),
    disclosures: disclosures(session),
  };
}
