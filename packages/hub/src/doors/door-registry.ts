import { EventEmitter } from 'node:events';
import type { BaseLogger } from 'pino';
import type { TrustSets } from '../evidence/trust-sets.ts';
import { readBody } from '../documents/document-type.ts';
import { doorDocument } from '../documents/kinds/door.ts';
import { FollowedDocuments } from '../evidence/followed-documents.ts';
import type { DocumentRow, Store } from '../store/store.ts';
import { toDoor } from './door.ts';
import type { Door } from './door.ts';

export interface DoorRegistryOptions {
  readonly store: Pick<Store, 'documents' | 'onCommitted'>;
  readonly log: Pick<BaseLogger, 'error'>;
  /** For doors that name a trust set. */
  readonly trustSets: Pick<TrustSets, 'get'>;
}

/** The doors, in memory and in step with the store. */
export class DoorRegistry {
  readonly #options: DoorRegistryOptions;
  readonly #doors = new Map<string, Door>();
  readonly #changed = new EventEmitter().setMaxListeners(0);
  readonly #followed: FollowedDocuments;

  private constructor(options: DoorRegistryOptions) {
    this.#options = options;
    this.#followed = new FollowedDocuments({
      ...options,
      kind: doorDocument.kind,
      put: (id, row) => this.#put(id, row),
    });
  }

  static async load(options: DoorRegistryOptions): Promise<DoorRegistry> {
    const registry = new DoorRegistry(options);
    await registry.#followed.load();
    return registry;
  }

  /** `undefined`: no such door, or one that cannot be read. */
  get(id: string): Door | undefined {
    return this.#doors.get(id);
  }

  /** Reads one door again; when this resolves, the change is in force. */
  reload(id: string): Promise<void> {
    return this.#followed.reload(id);
  }

  /** Calls `listener` whenever the door `id` was changed or deleted. Answers how to stop that. */
  onChange(id: string, listener: () => void): () => void {
    this.#changed.on(id, listener);
    return () => this.#changed.off(id, listener);
  }

  #put(id: string, row: DocumentRow | undefined): void {
    this.#doors.delete(id);
    // One that cannot be read is told of by the view, as every document is.
    const body = row && readBody(doorDocument, row);
    try {
      if (body !== undefined) this.#doors.set(id, toDoor(id, body, this.#options.trustSets));
    } catch (error) {
      this.#options.log.error({ err: error, door: id }, 'a door cannot be read and stays closed');
    }
    this.#changed.emit(id);
  }
}
