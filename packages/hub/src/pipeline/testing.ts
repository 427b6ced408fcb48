import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Signal } from '@sallyport/core';
import type { Clock } from '../platform/clock.ts';
import { TrustedClock, type TimeSource } from '../platform/trusted-clock.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { startPipeline, type Pipeline } from './pipeline.ts';
import type { IncomingReport } from './ports.ts';
import { reclassifyInventory } from '../inventory/keep-inventory.ts';

/** What tests of the pipeline build on: a real store, a clock of their own, and the fleet of the README. */
export class TestClock implements Clock {
  at: number;
  constructor(at = Date.parse('2026-03-02T09:00:00Z')) {
    this.at = at;
  }

  now(): number {
    return this.at;
  }

  advance(ms: number): void {
    this.at += ms;
  }
}

export interface TestPipeline extends Pipeline {
  readonly store: Store;
  readonly clock: TestClock;
}

/** A machine whose clock tests set, for a hub that has its doubts about it. */
export class TestMachine extends TestClock implements TimeSource {
  #set = 0;

  wall(): number {
    return this.at + this.#set;
  }

  monotonic(): number {
    return this.at;
  }

  /** The clock is set; no time goes by. */
  set(ms: number): void {
    this.#set += ms;
  }
}

/** A hub on a machine whose clock may be wrong. `clock` is that machine. */
export async function pipelineOnMachine(clock: TestMachine, store: Store): Promise<TestPipeline> {
  const pipeline = await startPipeline({
    store,
    clock: new TrustedClock(clock),
    onError: (error) => {
      throw error;
    },
  });
  return { ...pipeline, store, clock };
}

export const LOOKOUT = '2c7790de-8b02-4814-85cf-e0c59380dee8';
export const ZIMPERIUM = '08a8455c-48dd-45ff-ad82-7211355354f3';
export const ALICE = '11111111-1111-4111-8111-111111111111';
export const PHONE = '3f0c2f4e-5d0b-4e6e-9a53-1d6f2b7c9a10';
const ACTOR = 'test';

export async function testPipeline(openStore: () => Promise<Store> = temporaryStore): Promise<TestPipeline> {
  const store = await openStore();
  const clock = new TestClock();
  const pipeline = await startPipeline({
    store,
    clock,
    deviceHooks: [reclassifyInventory],
    onError: (error) => {
      throw error;
    },
  });
  return {
    ...pipeline,
    store,
    clock,
    close: async () => {
      await pipeline.close();
      await store.close();
    },
  };
}

export async function temporaryStore(): Promise<Store> {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-'));
  const store = await openSqliteStore({ file: join(dir, 'hub.db') });
  return {
    ...store,
    close: async () => {
      await store.close();
      rmSync(dir, { recursive: true });
    },
  };
}

/** Two connectors, a policy that allows "low", conditional access for everything, Alice and her phone. */
export async function furnish(hub: TestPipeline): Promise<void> {
  const at = hub.clock.now();
  await hub.configuration.write(ACTOR, async (tx, changed) => {
    const put = async (
      kind: 'mobileThreatDefenseConnector' | 'deviceCompliancePolicy' | 'conditionalAccessPolicy' | 'user',
      id: string,
      body: Record<string, unknown>,
    ): Promise<void> => {
      await tx.documents.put(kind, id, body, at);
      changed({ kind, id, after: body });
    };
    for (const id of [LOOKOUT, ZIMPERIUM])
      await put('mobileThreatDefenseConnector', id, {
        androidEnabled: true,
        partnerUnresponsivenessThresholdInDays: 7,
        partnerDisplayName: id,
      });
    await put('deviceCompliancePolicy', 'policy', {
      '@odata.type': '#microsoft.graph.androidCompliancePolicy',
      displayName: 'Android',
      deviceThreatProtectionEnabled: true,
      deviceThreatProtectionRequiredSecurityLevel: 'low',
      assignments: [{ target: { '@odata.type': '#microsoft.graph.allLicensedUsersAssignmentTarget' } }],
      scheduledActionsForRule: [{ scheduledActionConfigurations: [{ actionType: 'block', gracePeriodHours: 0 }] }],
    });
    await put('conditionalAccessPolicy', 'ca', {
      displayName: 'Compliant phones only',
      state: 'enabled',
      conditions: {
        users: { includeUsers: ['All'] },
        applications: { includeApplications: ['All'] },
        clientAppTypes: ['all'],
      },
      grantControls: { operator: 'OR', builtInControls: ['compliantDevice'] },
    });
    await put('user', ALICE, { userPrincipalName: 'alice@example.com', displayName: 'Alice', accountEnabled: true });
  });
  await hub.devices.put(ACTOR, phone(PHONE, at));
}

export function phone(
  id: string,
  at: number,
  more: Record<string, unknown> = {},
): { id: string; resource: Record<string, unknown>; createdAt: number; modifiedAt: number } {
  const time = new Date(at).toISOString();
  return {
    id,
    createdAt: at,
    modifiedAt: at,
    resource: {
      id,
      deviceName: 'phone',
      operatingSystem: 'Android',
      osVersion: '14',
      userId: ALICE,
      lastSyncDateTime: time,
      enrolledDateTime: time,
      ...more,
    },
  };
}

let nextReport = 0;

export function report(
  connectorId: string,
  deviceId: string,
  more: Partial<Signal> & { at?: number } = {},
): IncomingReport {
  const { at, ...rest } = more;
  const signal: Signal = {
    connectorId,
    reportId: `report-${nextReport++}`,
    keys: [{ type: 'managedDeviceId', value: deviceId }],
    observedAt: at ?? Date.parse('2026-03-02T08:00:00Z') + nextReport,
    findings: [],
    ...rest,
  };
  return {
    signal,
    row: {
      connectorId: signal.connectorId,
      reportId: signal.reportId,
      observedAt: signal.observedAt,
      format: 'test',
      raw: JSON.stringify(signal),
    },
  };
}
