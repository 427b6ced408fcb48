/**
 * Durable ingest at the store: what the pipeline does with a batch of reports, without its rules.
 * node bench/store/ingest.ts [devices] [batch, 0 for several] [seconds] [one change in so many reports] [postgres url]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { openPostgresStore } from '@sallyport/hub/store/postgres/postgres-store.ts';
import { openSqliteStore } from '@sallyport/hub/store/sqlite/sqlite-store.ts';
import type { FindingRow, ReportRow, Store } from '@sallyport/hub/store/store.ts';
import { sampleDevice, samplePosture, sampleReport } from './sample.ts';

export interface IngestFigures {
  readonly batch: number;
  readonly reportsPerSecond: number;
  readonly commitP50Ms: number;
  readonly commitP99Ms: number;
  /** Processor time of the main thread, a report. */
  readonly mainThreadMicroseconds: number;
}

export async function addDevices(store: Store, count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 2000) {
    const rows = Array.from({ length: Math.min(2000, count - n) }, (_, i) => sampleDevice(n + i));
    ids.push(...rows.map((row) => row.id));
    await store.transaction(async (tx) => {
      await tx.devices.put(rows);
      await tx.postures.put(rows.map((row, i) => samplePosture(n + i, row.id)));
    });
  }
  return ids;
}

async function measureIngest(
  store: Store,
  ids: readonly string[],
  batch: number,
  seconds: number,
  everyNthChanges: number,
): Promise<IngestFigures> {
  const commits: number[] = [];
  const start = performance.now();
  const loop = performance.eventLoopUtilization();
  let n = (await store.reports.count()) + 1;
  const first = n;
  while (performance.now() - start < seconds * 1000) {
    const rows = Array.from({ length: batch }, () => {
      n += 1;
      return sampleReport(n, ids[(n * 7919) % ids.length] as string);
    });
    const before = performance.now();
    await applyBatch(store, rows, everyNthChanges);
    commits.push(performance.now() - before);
  }
  const elapsed = performance.now() - start;
  commits.sort((a, b) => a - b);
  return {
    batch,
    reportsPerSecond: Math.round((n - first) / (elapsed / 1000)),
    commitP50Ms: commits[Math.floor(commits.length / 2)] ?? 0,
    commitP99Ms: commits[Math.floor(commits.length * 0.99)] ?? 0,
    mainThreadMicroseconds: (performance.eventLoopUtilization(loop).active * 1000) / (n - first),
  };
}

async function applyBatch(store: Store, rows: readonly ReportRow[], everyNthChanges: number): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.reports.add(rows);
    const keys = rows.map((row) => ({ type: 'managedDeviceId' as const, value: deviceOf(row) }));
    const found = (await tx.devices.findByKeys(keys)).map((ids) => ids[0] as string);
    const current = new Map((await tx.postures.get(found)).map((posture) => [posture.deviceId, posture]));
    await tx.findings.ofDevices(found);
    const changed = rows.filter((_, i) => i % everyNthChanges === 0);
    await tx.postures.put(
      rows.map((row) => ({
        ...(current.get(deviceOf(row)) ?? samplePosture(0, deviceOf(row))),
        updatedAt: row.receivedAt,
      })),
    );
    await tx.findings.put(
      changed.map(
        (row): FindingRow => ({
          deviceId: deviceOf(row),
          connectorId: row.connectorId,
          id: `f-${row.observedAt % 3}`,
          type: 'network',
          severity: 'high',
          state: 'open',
          title: 'Man in the middle',
          observedAt: row.observedAt,
          reportId: row.reportId,
        }),
      ),
    );
    await tx.reports.settle(
      rows.map((row) => ({
        connectorId: row.connectorId,
        reportId: row.reportId,
        status: 'accepted',
        deviceId: deviceOf(row),
        flag: null,
        signal: null,
      })),
    );
    await tx.heartbeats.set(rows[0]?.connectorId ?? '', rows[0]?.receivedAt ?? 0);
    await tx.outbox.append(
      changed.map((row) => ({
        kind: 'device-posture-changed',
        subject: deviceOf(row),
        at: row.receivedAt,
        payload: {
          deviceId: deviceOf(row),
          complianceState: 'noncompliant',
          previousComplianceState: 'compliant',
          compliant: false,
          wasCompliant: true,
        },
      })),
    );
  });
}

function deviceOf(row: ReportRow): string {
  return (JSON.parse(row.raw) as { device: { managedDeviceId: string } }).device.managedDeviceId;
}

if (import.meta.main) {
  const [devices = 100_000, batch = 256, seconds = 5, everyNthChanges = 4] = process.argv.slice(2, 6).map(Number);
  const url = process.argv[6];
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  const store = url ? await openPostgresStore({ url }) : await openSqliteStore({ file: join(folder, 'hub.sqlite') });
  try {
    const ids = await addDevices(store, devices);
    for (const size of batch ? [batch] : [1, 16, 64, 256, 500]) {
      console.log(JSON.stringify(await measureIngest(store, ids, size, seconds, everyNthChanges)));
    }
  } finally {
    await store.close();
    rmSync(folder, { recursive: true });
  }
}
