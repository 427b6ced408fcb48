import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { freePort } from '@sallyport/simulators/machine';
import { fakeDecider } from '../../api/access/testing.ts';
import { DoorRegistry } from '../../doors/door-registry.ts';
import { doorRoutes } from '../../doors/routes.ts';
import { doorBody, NO_TRUST_SETS } from '../../doors/testing.ts';
import { createHttpServer } from '../../http/http-server.ts';
import { systemClock } from '../../platform/clock.ts';
import { ensureServerTls, type ServerTls } from '../../platform/tls.ts';
import { Publisher, type PublisherOptions } from '../../publish/publisher.ts';
import { openPostgresStore } from '../../store/postgres/postgres-store.ts';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts';
import type { OutboxRow, Store } from '../../store/store.ts';

const log = pino({ level: 'silent' });
const PHONES = 2_000;
/** Rows of one transaction. */
const BATCH = 500;

/** When a stream counts as not read. */
type Stall = Pick<PublisherOptions, 'heartbeatMs' | 'stallMs'>;

/** What of a hub tells doors, over TLS and on a real database, with as many events as a test wants. */
export class EventHub {
  readonly url: string;
  readonly caPem: string;
  /** Every event so far; `events[seq - 1]`. */
  readonly events: { readonly deviceId: string; readonly compliant: boolean }[] = [];
  readonly #folder: string;
  readonly #databaseUrl: string | undefined;
  readonly #tls: ServerTls;
  readonly #port: number;
  readonly #stall: Stall;
  #store!: Store;
  #publisher!: Publisher;
  #app!: FastifyInstance;
  #sockets = new Set<Socket>();

  private constructor(folder: string, databaseUrl: string | undefined, tls: ServerTls, port: number, stall: Stall) {
    this.#folder = folder;
    this.#databaseUrl = databaseUrl;
    this.#tls = tls;
    this.#port = port;
    this.#stall = stall;
    this.url = `https://localhost:${port}`;
    this.caPem = tls.caPem ?? '';
  }

  /** @param doors their ids; all have the key of `doors/testing.ts` */
  static async start(doors: readonly string[], databaseUrl?: string, stall: Stall = {}): Promise<EventHub> {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-events-'));
    const hub = new EventHub(
      folder,
      databaseUrl,
      await ensureServerTls(join(folder, 'tls'), ['localhost'], Date.now()),
      await freePort('localhost'),
      stall,
    );
    const store = await hub.#openStore();
    await store.transaction(async (tx) => {
      for (const id of doors) await tx.documents.put('door', id, { ...doorBody() }, Date.now());
    });
    await store.close();
    await hub.#open();
    return hub;
  }

  get cuts(): Publisher['cuts'] {
    return this.#publisher.cuts;
  }

  /** Of all connections, the most that waits in memory for one of them. */
  get mostWaiting(): number {
    return Math.max(0, ...[...this.#sockets].map((socket) => socket.writableLength));
  }

  /** What doors have to know once they were told everything. */
  viewAt(seq: number): Map<string, boolean> {
    return new Map(this.events.slice(0, seq).map(({ deviceId, compliant }) => [deviceId, compliant]));
  }

  async happen(count: number): Promise<void> {
    for (let left = count; left > 0; left -= BATCH) {
      const batch = Array.from({ length: Math.min(left, BATCH) }, () => this.#event());
      await this.#store.transaction((tx) =>
        tx.outbox.append(
          batch.map(
            (payload): Omit<OutboxRow, 'seq'> => ({
              kind: 'device-posture-changed',
              subject: payload.deviceId,
              at: Date.now(),
              payload: { ...payload, reasons: [{ code: 'threat_level_above_allowed' }] },
            }),
          ),
        ),
      );
    }
  }

  async restart(): Promise<void> {
    await this.#shut();
    await this.#open();
  }

  async close(): Promise<void> {
    await this.#shut();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #event(): { readonly deviceId: string; readonly compliant: boolean } {
    const event = {
      deviceId: `3f0c2f4e-5d0b-4e6e-9a53-${String(Math.floor(Math.random() * PHONES)).padStart(12, '0')}`,
      compliant: Math.random() < 0.5,
    };
    this.events.push(event);
    return event;
  }

  #openStore(): Promise<Store> {
    return this.#databaseUrl === undefined
      ? openSqliteStore({ file: join(this.#folder, 'hub.db') })
      : openPostgresStore({ url: this.#databaseUrl });
  }

  async #open(): Promise<void> {
    this.#store = await this.#openStore();
    this.#publisher = await Publisher.start({ store: this.#store, log, ...this.#stall });
    const registry = await DoorRegistry.load({ store: this.#store, log, trustSets: NO_TRUST_SETS });
    const authenticator = { authenticate: () => Promise.reject(new Error('no route here needs a token')) };
    this.#app = createHttpServer({
      tls: this.#tls,
      behindProxy: false,
      hsts: false,
      log,
      authenticator,
      clock: systemClock,
      limits: { drainMs: 0, closeMs: 100 },
    });
    this.#app.register(
      doorRoutes({
        registry,
        decider: fakeDecider(),
        publisher: this.#publisher,
        clock: systemClock,
        baseUrl: this.url,
      }),
    );
    this.#app.server.on('secureConnection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    await this.#app.listen({ host: 'localhost', port: this.#port });
  }

  async #shut(): Promise<void> {
    this.#publisher.close();
    await this.#app.close();
    await this.#store.close();
  }
}
