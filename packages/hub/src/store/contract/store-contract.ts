import { afterEach, beforeEach, describe } from 'vitest';
import type { Store } from '../store.ts';
import { configurationCases } from './configuration-cases.ts';
import { deviceCases } from './device-cases.ts';
import { deviceFilterCases } from './device-filter-cases.ts';
import { disclosureCases } from './disclosure-cases.ts';
import { inventoryCases } from './inventory-cases.ts';
import { historyCases } from './history-cases.ts';
import { outboxCases } from './outbox-cases.ts';
import { postureCases } from './posture-cases.ts';
import { reportCases } from './report-cases.ts';
import { transactionCases } from './transaction-cases.ts';

/** The suite that every database passes. `open` gives an empty store; the suite closes it. */
export function storeContract(name: string, open: () => Promise<Store>): void {
  describe(`${name} keeps the contract of the store`, () => {
    let current: Store;
    beforeEach(async () => {
      current = await open();
    });
    afterEach(async () => {
      await current.close();
    });
    const store = () => current;
    describe('transactions', () => transactionCases(store));
    describe('configuration, members, heartbeats and audit', () => configurationCases(store));
    describe('devices', () => deviceCases(store));
    describe('device filters', () => deviceFilterCases(store));
    describe('postures and findings', () => postureCases(store));
    describe('findings across devices, and history', () => historyCases(store));
    describe('reports', () => reportCases(store));
    describe('inventories', () => inventoryCases(store));
    describe('disclosures, and what of inventories is forgotten', () => disclosureCases(store));
    describe('outbox', () => outboxCases(store));
  });
}
