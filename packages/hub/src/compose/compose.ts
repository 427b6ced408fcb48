import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { Opened } from './opened.ts';
import type { Hub } from './parts.ts';
import { startPipeline } from '../pipeline/pipeline.ts';
import { loadDataKey } from '../platform/data-key.ts';
import { holdPort } from '../platform/free-port.ts';
import { lockDataFolder } from '../platform/instance-lock.ts';
import { makePrivateFolder } from '../platform/private-files.ts';
import { baseUrlOf, type ServeSettings } from '../platform/settings.ts';
import { loadSigningKeys } from '../platform/signing-keys.ts';
import { ensureServerTls } from '../platform/tls.ts';
import { TrustedClock } from '../platform/trusted-clock.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { reclassifyInventory } from '../inventory/keep-inventory.ts';

/**
 * Builds a hub from its settings and starts it: the one place where the parts meet, with `services.ts` for
 * those that stand on the pipeline.
 */
export async function compose(
  settings: ServeSettings,
  log: Logger,
  clock: TrustedClock = new TrustedClock(),
): Promise<Hub> {
  const opened = new Opened();
  try {
    return await open(settings, log, clock, opened);
  } catch (error) {
    await opened.closeAll();
    throw error;
  }
}

async function open(settings: ServeSettings, log: Logger, clock: TrustedClock, opened: Opened): Promise<Hub> {
  const { dataDir } = settings;
  await makePrivateFolder(dataDir);
  const lock = lockDataFolder(dataDir);
  opened.add(() => lock.release());

  const held = settings.listen.port === 0 ? await holdPort(settings.listen.host) : undefined;
  opened.add(() => held?.release());
  const port = held?.port ?? settings.listen.port;
  const baseUrl = baseUrlOf(settings, port);
  const { syslogListen } = settings;
  const hosts = [
    settings.listen.host,
    new URL(baseUrl).hostname,
    ...(syslogListen === undefined ? [] : [syslogListen.host]),
  ];
  // The larger part of the program is loaded while the threads of the database start.
  const [store, { openServices }] = await Promise.all([openStore(settings, opened), import('./services.ts')]);
  // After the database: keys without one are the sign that it was lost.
  const dataKey = await loadDataKey(join(dataDir, 'keys'), settings.dataKey);
  const signingKeys = await loadSigningKeys(join(dataDir, 'keys'), clock);
  const onError = (error: unknown): void =>
    log.error({ err: error }, 'something in the background failed; it is tried again');
  const pipeline = await startPipeline({ store, clock, log, onError, deviceHooks: [reclassifyInventory] });
  opened.add(() => pipeline.close());
  // After the pipeline, which has compared the clock with the mark: no certificate is replaced by a clock in doubt.
  const needsTls = settings.tls === 'own' || syslogListen !== undefined;
  const serverTls = needsTls
    ? await ensureServerTls(join(dataDir, 'tls'), hosts, clock.now(), clock.mayDelete)
    : undefined;
  const tls = settings.tls === 'own' ? serverTls : undefined;
  return await openServices({
    settings,
    log,
    clock,
    opened,
    store,
    pipeline,
    held,
    port,
    baseUrl,
    hosts,
    serverTls,
    tls,
    dataKey,
    signingKeys,
  });
}

async function openStore(settings: ServeSettings, opened: Opened): Promise<Store> {
  const mayBeNew = settings.newDatabase || (!settings.existingDatabase && !(await holdsKeys(settings.dataDir)));
  const store =
    settings.databaseUrl === undefined
      ? await openSqliteStore({ file: join(settings.dataDir, 'hub.db'), mayBeNew })
      : await (await import('../store/postgres/postgres-store.ts')).openPostgresStore({
          url: settings.databaseUrl,
          mayBeNew,
        });
  opened.add(() => store.close());
  return store;
}

/** Whether a hub ran on this folder before. */
async function holdsKeys(dataDir: string): Promise<boolean> {
  return (await readdir(join(dataDir, 'keys')).catch(() => [])).length > 0;
}
