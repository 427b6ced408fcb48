import { EventEmitter } from 'node:events';
import type { BaseLogger } from 'pino';
import { DeviceCertificates } from '../access/device-certificate.ts';
import type { DocumentRow, OutboxRow, Store } from '../../store/store.ts';
import { toDoor } from './door.ts';
import type { Door } from './door.ts';

const RETRY_MS = 1_000;

export interface DoorRegistryOptions {
  readonly store: Pick<Store, 'documents' | 'onCommitted'>;
  readonly log: Pick<BaseLogger, 'error'>;
}

/** The doors, in memory and in step with the store. */
export class DoorRegistry {
  readonly #options: DoorRegistryOptions;
  readonly #doors = new Map<string, Door>();
  readonly #changed = new EventEmitter().setMaxListeners(0);
  #certificates = new DeviceCertificates([]);
  #inOrder: Promise<void> = Promise.resolve();

  private constructor(options: DoorRegistryOptions) {
    this.#options = options;
  }

  static async load(options: DoorRegistryOptions): Promise<DoorRegistry> {
    const registry = new DoorRegistry(options);
    options.store.onCommitted((rows) => registry.#follow(rows));
    for (const row of await options.store.documents.list('door')) registry.#put(row.id, row);
    return registry;
  }

  /** `undefined`: no such door, or one that cannot be read. */
  get(id: string): Door | undefined {
    return this.#doors.get(id);
  }

  /** The device CAs of all enabled doors, for callers that are no door (AuthZEN). */
  get certificates(): DeviceCertificates {
    return this.#certificates;
  }

  /** Reads one door again. Changes of the same moment are taken one after the other, so that the last one stays. */
  reload(id: string): Promise<void> {
    const next = this.#inOrder.then(async () => this.#put(id, await this.#options.store.documents.get('door', id)));
    this.#inOrder = next.catch(() => undefined);
    return next;
  }

  /** Calls `listener` whenever the door `id` was changed or deleted. Answers how to stop that. */
  onChange(id: string, listener: () => void): () => void {
    this.#changed.on(id, listener);
    return () => this.#changed.off(id, listener);
  }

  #follow(rows: readonly OutboxRow[]): void {
    for (const { kind, subject, payload } of rows) {
      if (kind === 'configuration-changed' && subject === 'door' && typeof payload['id'] === 'string') this.#reloadSurely(payload['id']);
    }
  }

  /** A door whose secret was withdrawn must not live on because the database was busy. */
  #reloadSurely(id: string): void {
    this.reload(id).catch((error: unknown) => {
      this.#options.log.error({ err: error, door: id }, 'a changed door could not be read; trying again');
      setTimeout(() => this.#reloadSurely(id), RETRY_MS).unref();
    });
  }

  #put(id: string, row: DocumentRow | undefined): void {
    this.#doors.delete(id);
    try {
      if (row !== undefined) this.#doors.set(id, toDoor(row));
    } catch (error) {
      this.#options.log.error({ err: error, door: id }, 'a door cannot be read and stays closed');
    }
    this.#certificates = new DeviceCertificates([...this.#doors.values()].filter((door) => door.enabled).flatMap((door) => door.cas));
    this.#changed.emit(id);
  }
}
