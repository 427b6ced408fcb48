import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Intake } from '../pipeline/ports.ts';
import type { TestPipeline } from '../pipeline/testing.ts';
import { furnish, testPipeline } from '../pipeline/testing.ts';
import { createDataKey } from '../platform/data-key.ts';
import type { Outbound } from '../platform/outbound.ts';
import { createOutbound } from '../platform/outbound.ts';
import { eventually } from '../platform/testing.ts';
import { vendorById } from '../vendors/registry.ts';
import type { IntakeRunner } from './links/intake-runner.ts';
import { startIntake } from './links/intake-runner.ts';
import type { LinkTools } from './links/link-runtime.ts';
import { sealLink } from './links/vendor-link.ts';

/** For tests: a real store and pipeline, real HTTP to servers on the loopback interface, and waits cut short. */
export interface TestIntake {
  readonly hub: TestPipeline;
  readonly http: Outbound;
  readonly dataKey: ReturnType<typeof createDataKey>;
  /** What was waited for, in milliseconds. */
  readonly waits: number[];
  /** Starts, or starts again as after a restart of the hub. */
  start(wrap?: (intake: Intake) => Intake): Promise<IntakeRunner>;
  /** Creates the connector of a vendor, enabled for Android and iOS. */
  connector(connectorId: string, more?: Readonly<Record<string, unknown>>): Promise<void>;
  /** Creates or changes a link; resolves when what is started follows it. */
  link(connectorId: string, vendor: string, settings: Record<string, unknown>, enabled?: boolean): Promise<void>;
  /** Rounds of asking that came to their end. */
  rounds(): number;
  /** As after a restart: one more round of asking, which has to go well. */
  round(connectorId: string): Promise<void>;
  close(): Promise<void>;
}

/** Longer waits, such as the time between two polls, are waited for until the link stops. */
const SHORTENED_MS = 250_000;

export async function testIntake(): Promise<TestIntake> {
  const hub = await testPipeline();
  await furnish(hub);
  const http = createOutbound({ allow: ['127.0.0.1'] });
  const dataKey = createDataKey(new Uint8Array(32).fill(7));
  const waits: number[] = [];
  const runners: IntakeRunner[] = [];
  const wait: LinkTools['wait'] = async (ms, signal) => {
    waits.push(ms);
    await sleep(ms > SHORTENED_MS ? 2 ** 30 : 2, undefined, { signal });
  };
  const start: TestIntake['start'] = async (wrap = (intake) => intake) => {
    const runner = await startIntake({
      store: hub.store,
      intake: wrap(hub.intake),
      http,
      dataKey,
      clock: hub.clock,
      wait,
      random: () => 0.5,
      log: { info: () => undefined, warn: () => undefined },
    });
    runners.push(runner);
    return runner;
  };
  const rounds = (): number => waits.filter((ms) => ms > SHORTENED_MS).length;
  return {
    hub,
    http,
    dataKey,
    waits,
    start,
    rounds,
    async round(connectorId) {
      const before = rounds();
      const runner = await start();
      await eventually(() => {
        expect(rounds()).toBeGreaterThan(before);
        // A runner that was started before may have come to the end of its round, too.
        expect(runner.status(connectorId)?.lastSuccessAt).toEqual(expect.any(Number));
      });
      expect(runner.status(connectorId)).toMatchObject({ running: true, problem: null });
      await runner.close();
    },
    async connector(connectorId, more = {}) {
      const body = {
        androidEnabled: true,
        iosEnabled: true,
        partnerUnresponsivenessThresholdInDays: 7,
        partnerDisplayName: connectorId,
        ...more,
      };
      await hub.configuration.write('test', async (tx, changed) => {
        await tx.documents.put('mobileThreatDefenseConnector', connectorId, body, hub.clock.now());
        changed({ kind: 'mobileThreatDefenseConnector', id: connectorId, after: body });
      });
    },
    async link(connectorId, vendorId, settings, enabled = true) {
      const vendor = vendorById(vendorId);
      if (vendor === undefined) throw new Error(`no vendor ${vendorId}`);
      const body = { ...sealLink(connectorId, vendor, enabled, vendor.settings.parse(settings), dataKey) };
      await hub.configuration.write('test', async (tx, changed) => {
        await tx.documents.put('vendorLink', connectorId, body, hub.clock.now());
        changed({ kind: 'vendorLink', id: connectorId, after: { vendor: vendorId } });
      });
      await Promise.all(runners.map((runner) => runner.settled()));
    },
    async close() {
      await Promise.all(runners.map((runner) => runner.close()));
      http.close();
      await hub.close();
    },
  };
}
