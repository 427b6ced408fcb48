import { setTimeout as sleep } from 'node:timers/promises';
import type { InventoryKind } from '@sallyport/core';
import { readBody } from '../../documents/document-type.ts';
import { connectorDocument } from '../../documents/kinds/connector.ts';
import { connectorStatusDocument } from '../../documents/kinds/connector-status.ts';
import { inventoryPushDocument } from '../../documents/kinds/inventory-push.ts';
import type { DataKey } from '../../platform/data-key.ts';
import type { OutboxRow, Store } from '../../store/store.ts';
import type { PushDependencies, PushStatus } from './push-feed.ts';
import { PushFeed } from './push-feed.ts';
import { openTarget } from './push-target.ts';
import type { PushTarget } from './push-target.ts';
import type { PushTurnOptions } from './push-turn.ts';
import { PushTurn } from './push-turn.ts';

export interface PusherOptions extends Omit<PushDependencies, 'wait' | 'random' | 'store' | 'log'> {
  readonly log: PushTurnOptions['log'];
  readonly store: PushDependencies['store'] & Pick<Store, 'onCommitted'>;
  readonly dataKey: DataKey;
  /** Other hubs use the same database: one of them pushes. */
  readonly sharesDatabase: boolean;
  /** For tests. */
  readonly wait?: PushDependencies['wait'] | undefined;
  readonly random?: (() => number) | undefined;
}

/** Kinds of configuration that say what may be pushed where. */
const WATCHED: ReadonlySet<string> = new Set([
  inventoryPushDocument.kind,
  connectorDocument.kind,
  connectorStatusDocument.kind,
]);

/**
 * Pushes inventories to the partners that want it, each from a cursor of its own. When a connector changes, what
 * is being sent to its partner is cut off before anything else, so that a withdrawal is in force at once.
 */
export class InventoryPusher {
  readonly #options: PusherOptions;
  readonly #deps: PushDependencies;
  readonly #turn: PushTurn | undefined;
  #feeds: readonly PushFeed[] = [];
  #refreshing: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(options: PusherOptions) {
    const { wait = abortableWait, random = Math.random } = options;
    this.#options = options;
    this.#deps = { ...options, wait, random };
    this.#turn = options.sharesDatabase ? new PushTurn({ ...options, wait }) : undefined;
  }

  static async start(options: PusherOptions): Promise<InventoryPusher> {
    const pusher = new InventoryPusher(options);
    options.store.onCommitted((rows) => pusher.#committed(rows));
    await pusher.#turn?.start(() => void pusher.#refresh(undefined));
    await pusher.#refresh(undefined);
    return pusher;
  }

  /** Whether another hub pushes, whose status is not known here. */
  get isElsewhere(): boolean {
    return this.#turn?.isMine === false;
  }

  status(connectorId: string, kind: InventoryKind): PushStatus | undefined {
    return this.#feeds.find((feed) => feed.target.connectorId === connectorId && feed.kind === kind)?.status;
  }

  /** Inventories were kept or forgotten. */
  wake(): void {
    for (const feed of this.#feeds) feed.wake();
  }

  /** Resolves when what the store now says is running. */
  settled(): Promise<void> {
    return this.#refreshing;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#refreshing;
    await Promise.all(this.#feeds.map((feed) => feed.stop()));
    this.#feeds = [];
    await this.#turn?.close();
  }

  #committed(rows: readonly OutboxRow[]): void {
    const changed = rows.filter((row) => row.kind === 'configuration-changed' && WATCHED.has(row.subject));
    if (changed.length === 0) return;
    const ids = new Set(changed.map((row) => String(row.payload.id)));
    // Not in the queue: what must not go out any more is stopped now.
    for (const feed of this.#feeds) if (ids.has(feed.target.connectorId)) void feed.stop();
    void this.#refresh(ids);
  }

  #refresh(changed: ReadonlySet<string> | undefined): Promise<void> {
    this.#refreshing = this.#refreshing
      .then(() => this.#follow(changed))
      .catch((error: unknown) => {
        this.#options.log.warn(
          { err: error },
          'the targets of inventories could not be read; nothing is pushed to those that changed',
        );
      });
    return this.#refreshing;
  }

  /** Starts anew whatever changed, and what was not there. */
  async #follow(changed: ReadonlySet<string> | undefined): Promise<void> {
    if (this.#closed) return;
    const isElsewhere = this.isElsewhere;
    const going = this.#feeds.filter((feed) => !isElsewhere && changed?.has(feed.target.connectorId) !== true);
    await Promise.all(this.#feeds.filter((feed) => !going.includes(feed)).map((feed) => feed.stop()));
    const targets = isElsewhere ? [] : await this.#targets();
    const fresh = targets
      .filter(({ connectorId }) => !going.some((feed) => feed.target.connectorId === connectorId))
      .flatMap((target) => target.kinds.map((kind) => new PushFeed(target, kind, this.#deps)));
    this.#feeds = [...going, ...fresh];
    for (const feed of fresh) feed.start();
  }

  async #targets(): Promise<readonly PushTarget[]> {
    const { store, dataKey, log } = this.#options;
    return (await store.documents.list(inventoryPushDocument.kind)).flatMap((row) => {
      const body = readBody(inventoryPushDocument, row);
      if (body?.enabled !== true) return [];
      try {
        return [openTarget(row, body, dataKey)];
      } catch (error) {
        log.warn({ connectorId: row.id, err: error }, 'the key of an inventory target cannot be opened');
        return [];
      }
    });
  }
}

/** Does not keep the process alive by itself. */
async function abortableWait(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal, ref: false });
}
