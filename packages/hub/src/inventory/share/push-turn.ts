import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../platform/clock.ts';
import type { Store, Transaction } from '../../store/store.ts';

/** A hub that stopped without saying so is followed by another after this; their clocks may differ by less. */
const TURN_MS = 60_000;
const RENEW_EVERY_MS = 15_000;

const ID = 'turn';
const turnBody = z.object({ holder: z.string(), until: z.number() });

export interface PushTurnOptions {
  readonly store: Pick<Store, 'transaction'>;
  readonly clock: Clock;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly log: { info(details: object, message: string): void; warn(details: object, message: string): void };
}

/**
 * Of several hubs on one database, the one whose turn it is pushes. Kept in the database until a time that its
 * holder moves on; a hub that is closed gives it back at once.
 */
export class PushTurn {
  readonly #options: PushTurnOptions;
  readonly #holder = randomUUID();
  readonly #stopping = new AbortController();
  #until = 0;
  #wasMine = false;
  #loop: Promise<void> = Promise.resolve();

  constructor(options: PushTurnOptions) {
    this.#options = options;
  }

  get isMine(): boolean {
    return this.#until > this.#options.clock.now();
  }

  /** Resolves when it was asked once; `changed` is called whenever it becomes this hub's turn, or is not any more. */
  async start(changed: () => void): Promise<void> {
    await this.#ask();
    this.#wasMine = this.isMine;
    this.#loop = this.#run(changed);
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
    if (!this.isMine) return;
    this.#until = 0;
    await this.#options.store
      .transaction(async (tx) => {
        const row = await tx.documents.get('inventoryCursor', ID);
        if (holderOf(row?.body)?.holder === this.#holder)
          await tx.documents.put(
            'inventoryCursor',
            ID,
            { holder: this.#holder, until: 0 },
            this.#options.clock.now(),
            row?.version,
          );
      })
      .catch((error: unknown) =>
        this.#options.log.warn(
          { err: error },
          'the turn to push inventories could not be given back; another hub takes it in a minute',
        ),
      );
  }

  async #run(changed: () => void): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#options.wait(RENEW_EVERY_MS, signal).catch(() => undefined);
      if (signal.aborted) return;
      await this.#ask();
      if (this.isMine === this.#wasMine) continue;
      this.#wasMine = this.isMine;
      this.#options.log.info(
        { pushes: this.isMine },
        this.isMine ? 'this hub pushes inventories from now on' : 'another hub pushes inventories from now on',
      );
      changed();
    }
  }

  async #ask(): Promise<void> {
    const { store, clock, log } = this.#options;
    const until = clock.now() + TURN_MS;
    try {
      this.#until = (await store.transaction((tx) => this.#take(tx, until))) ? until : 0;
    } catch (error) {
      // The turn is this hub's for as long as it was; nobody else takes it before.
      log.warn({ err: error }, 'it could not be asked whose turn it is to push inventories');
    }
  }

  async #take(tx: Transaction, until: number): Promise<boolean> {
    const now = this.#options.clock.now();
    const row = await tx.documents.get('inventoryCursor', ID);
    const turn = holderOf(row?.body);
    // A turn that ends later than one can was taken by a clock that was ahead.
    if (turn !== undefined && turn.holder !== this.#holder && turn.until > now && turn.until <= now + 2 * TURN_MS)
      return false;
    const kept = await tx.documents.put('inventoryCursor', ID, { holder: this.#holder, until }, now, row?.version);
    // Where there was none, two may write at once: the second waits for its next asking.
    return kept !== undefined && (row !== undefined || kept.version === 1);
  }
}

function holderOf(body: unknown): z.infer<typeof turnBody> | undefined {
  return turnBody.safeParse(body).data;
}
