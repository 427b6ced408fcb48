import type { BaseLogger } from 'pino';
import type { DocumentKind, DocumentRow, OutboxRow, Store } from '../store/store.ts';

const RETRY_MS = 1_000;

export interface FollowedOptions {
  readonly store: Pick<Store, 'documents' | 'onCommitted'>;
  readonly log: Pick<BaseLogger, 'error'>;
  readonly kind: DocumentKind;
  /** Takes a document as it is now; `undefined`: it was deleted. */
  readonly put: (id: string, row: DocumentRow | undefined) => void;
}

/** Keeps what is in memory of the documents of one kind in step with the store. */
export class FollowedDocuments {
  readonly #options: FollowedOptions;
  #inOrder: Promise<void> = Promise.resolve();

  constructor(options: FollowedOptions) {
    this.#options = options;
  }

  /** Reads all, and from then on each that changes. */
  async load(): Promise<void> {
    const { store, kind, put } = this.#options;
    store.onCommitted((rows) => this.#follow(rows));
    for (const row of await store.documents.list(kind)) put(row.id, row);
  }

  /** Reads one again. Changes of the same moment are taken one after the other, so that the last one stays. */
  reload(id: string): Promise<void> {
    const { store, kind, put } = this.#options;
    const next = this.#inOrder.then(async () => put(id, await store.documents.get(kind, id)));
    this.#inOrder = next.catch(() => undefined);
    return next;
  }

  #follow(rows: readonly OutboxRow[]): void {
    for (const { kind, subject, payload } of rows) {
      if (kind === 'configuration-changed' && subject === this.#options.kind && typeof payload['id'] === 'string')
        this.#reloadSurely(payload['id']);
    }
  }

  /** What was withdrawn must not live on because the database was busy. */
  #reloadSurely(id: string): void {
    this.reload(id).catch((error: unknown) => {
      const { log, kind } = this.#options;
      log.error({ err: error, kind, id }, 'a changed document could not be read; trying again');
      setTimeout(() => this.#reloadSurely(id), RETRY_MS).unref();
    });
  }
}
