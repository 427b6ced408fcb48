import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Listener } from '@sallyport/simulators/doors';
import { seed, startHub, type HubProcess, type Seeded } from '@sallyport/simulators/hub';
import { freePort } from '@sallyport/simulators/machine';
import { Reporter } from '@sallyport/simulators/partners';
import { openPostgresStore } from '../../store/postgres/postgres-store.ts';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts';
import type { Store } from '../../store/store.ts';

const PHONES = 24;

/** A hub in a process of its own with partners that report and a door that listens, at one address across restarts. */
export class HubUnderLoad {
  readonly reporters: readonly Reporter[];
  readonly listener: Listener;
  readonly seeded: Seeded;
  readonly dataDir: string;
  hub: HubProcess;
  readonly #root: string;
  readonly #ownsRoot: boolean;
  readonly #databaseUrl: string | undefined;
  readonly #listen: string;

  private constructor(
    root: string,
    ownsRoot: boolean,
    listen: string,
    databaseUrl: string | undefined,
    hub: HubProcess,
    seeded: Seeded,
  ) {
    this.#root = root;
    this.#ownsRoot = ownsRoot;
    this.#listen = listen;
    this.#databaseUrl = databaseUrl;
    this.dataDir = join(root, 'data');
    this.hub = hub;
    this.seeded = seeded;
    this.listener = new Listener(hub.baseUrl, seeded);
    // Three of each partner: the same phones are reported on from six sides at once.
    this.reporters = seeded.partners.flatMap((partner, i) =>
      [0, 1, 2].map((side) => new Reporter(`partner${i}-side${side}`, hub.baseUrl, seeded.ca, partner, seeded.phones)),
    );
  }

  static async start(databaseUrl?: string, dataRoot?: string): Promise<HubUnderLoad> {
    const root = dataRoot ?? mkdtempSync(join(tmpdir(), 'sallyport-reliability-'));
    const listen = `localhost:${await freePort('localhost')}`;
    const hub = await startHub(join(root, 'data'), { listen, env: environment(databaseUrl) });
    const load = new HubUnderLoad(root, dataRoot === undefined, listen, databaseUrl, hub, await seed(hub, PHONES));
    await load.listener.connect();
    return load;
  }

  startReporting(): void {
    for (const reporter of this.reporters) reporter.start();
  }

  async stopReporting(): Promise<void> {
    await Promise.all(this.reporters.map((reporter) => reporter.stop()));
  }

  async restart(): Promise<void> {
    this.hub = await startHub(this.dataDir, { listen: this.#listen, env: environment(this.#databaseUrl) });
    await this.listener.connect();
  }

  /** The hub's database, read beside the hub. */
  async withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
    const store = await (this.#databaseUrl === undefined
      ? openSqliteStore({ file: join(this.dataDir, 'hub.db') })
      : openPostgresStore({ url: this.#databaseUrl }));
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  }

  get acknowledged(): number {
    return this.reporters.reduce((sum, reporter) => sum + reporter.acknowledged.size, 0);
  }

  async end(): Promise<void> {
    this.listener.close();
    for (const reporter of this.reporters) reporter.close();
    if (this.hub.child.exitCode === null && this.hub.child.signalCode === null) await this.hub.kill();
    rmSync(this.dataDir, { recursive: true, force: true });
    if (this.#ownsRoot) rmSync(this.#root, { recursive: true, force: true });
  }
}

function environment(databaseUrl: string | undefined): NodeJS.ProcessEnv {
  return databaseUrl === undefined ? {} : { SALLYPORT_DATABASE_URL: databaseUrl };
}
