import { once } from 'node:events';
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { StoreBusy } from '../store.ts';
import { toStoreError } from './busy.ts';
import type { Answer, OperationResult, Request, ThreadError, ThreadSettings } from './protocol.ts';

interface Waiting {
  readonly resolve: (results: readonly OperationResult[]) => void;
  readonly reject: (error: Error) => void;
}

/** A worker thread with its connection, from its start to its end. It is never used again once it has failed. */
export class Connection {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  /** Asked and not yet sent: what is asked together goes in one message, for to wake a thread costs more than to ask. */
  #unsent: Request[] = [];
  #lastId = 0;
  #failure: Error | undefined;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  /** @throws StoreBusy when the database cannot be opened now. */
  static async open(settings: ThreadSettings): Promise<Connection> {
    // Without the flags of the main thread, which may concern only that one (--input-type, --inspect).
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: settings,
      execArgv: [],
      env: environment(),
    });
    const connection = new Connection(worker);
    try {
      await once(worker, 'message');
    } catch (error) {
      throw toStoreError(asThreadError(error));
    }
    worker.on('message', (answers: readonly Answer[]) => {
      for (const answer of answers) connection.#settle(answer);
    });
    worker.on('error', (error) =>
      connection.#fail(new StoreBusy('The thread of the database failed and is started again.', 1, { cause: error })),
    );
    worker.on('exit', () => connection.#fail(new StoreBusy('The thread of the database has ended.', 1)));
    return connection;
  }

  get usable(): boolean {
    return this.#failure === undefined;
  }

  request(request: Omit<Request, 'id'>): Promise<readonly OperationResult[]> {
    if (this.#failure) return Promise.reject(this.#failure);
    const { promise, resolve, reject } = Promise.withResolvers<readonly OperationResult[]>();
    this.#lastId += 1;
    this.#waiting.set(this.#lastId, { resolve, reject });
    if (this.#unsent.push({ ...request, id: this.#lastId }) === 1) process.nextTick(() => this.#post());
    return promise;
  }

  /** After what was asked before. */
  async close(): Promise<void> {
    if (this.#failure) return;
    const ended = once(this.#worker, 'exit');
    this.#post();
    this.#worker.postMessage('close');
    await ended;
  }

  #post(): void {
    if (this.#unsent.length > 0) this.#worker.postMessage(this.#unsent.splice(0));
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('results' in answer) waiting?.resolve(answer.results);
    else waiting?.reject(toStoreError(answer.error));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const waiting of this.#waiting.values()) waiting.reject(this.#failure);
    this.#waiting.clear();
  }
}

/** With the place where compiled code is kept, if this program has one: a worker does not take it over by itself. */
function environment(): NodeJS.ProcessEnv {
  const cache = getCompileCacheDir();
  return cache === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: dirname(cache) };
}

/** Always has a usable connection, or says `StoreBusy` while it cannot have one. */
export class DatabaseThread {
  readonly #settings: ThreadSettings;
  #connection: Promise<Connection> | undefined;
  #closed = false;

  constructor(settings: ThreadSettings) {
    this.#settings = settings;
  }

  async connection(): Promise<Connection> {
    if (this.#closed) throw new StoreBusy('The database is closed.');
    const connection = await (this.#connection ??= this.#open());
    if (connection.usable) return connection;
    this.#connection = undefined;
    return await this.connection();
  }

  async close(): Promise<void> {
    this.#closed = true;
    const connection = await this.#connection?.catch(() => undefined);
    await connection?.close();
  }

  #open(): Promise<Connection> {
    const opening = Connection.open(this.#settings);
    opening.catch(() => {
      this.#connection = undefined;
    });
    return opening;
  }
}

function asThreadError(error: unknown): ThreadError {
  const { message, errcode, fileLost } = error as { message?: string; errcode?: number; fileLost?: true };
  return { message: message ?? String(error), errcode: errcode ?? null, fileLost };
}
