/**
 * How fast the memory of decisions can be filled from the store, and how large the file is.
 * node bench/store/snapshot.ts [devices]
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { openSqliteStore } from '@sallyport/hub/store/sqlite/sqlite-store.ts';
import type { Store } from '@sallyport/hub/store/store.ts';
import { addDevices } from './ingest.ts';

export interface SnapshotFigures {
  readonly devices: number;
  readonly openMs: number;
  readonly snapshotMs: number;
  /** Of the main thread, reading and dropping the rows. */
  readonly mainThreadBusyMs: number;
}

async function measureSnapshot(open: () => Promise<Store>): Promise<SnapshotFigures> {
  const start = performance.now();
  const store = await open();
  try {
    const opened = performance.now();
    const loop = performance.eventLoopUtilization();
    let devices = 0;
    for await (const rows of store.devices.snapshot()) devices += rows.filter((row) => row.posture !== null).length;
    return {
      devices,
      openMs: opened - start,
      snapshotMs: performance.now() - opened,
      mainThreadBusyMs: performance.eventLoopUtilization(loop).active,
    };
  } finally {
    await store.close();
  }
}

if (import.meta.main) {
  const devices = Number(process.argv[2] ?? 100_000);
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  const file = join(folder, 'hub.sqlite');
  try {
    const start = performance.now();
    const store = await openSqliteStore({ file });
    await addDevices(store, devices);
    await store.close();
    console.log(JSON.stringify({ devices, importMs: performance.now() - start, bytesOnDisk: statSync(file).size }));
    console.log(JSON.stringify(await measureSnapshot(() => openSqliteStore({ file }))));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
