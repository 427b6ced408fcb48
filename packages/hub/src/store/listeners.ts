import type { OutboxRow } from './store.ts';

/** Where a store says what no caller hears. */
export interface StoreLog {
  error(details: object, message: string): void;
}

/** Those who want to hear of committed rows of the outbox. One that throws harms nobody else. */
export class Listeners {
  readonly #listeners: ((rows: readonly OutboxRow[]) => void)[] = [];
  readonly #log: StoreLog | undefined;

  constructor(log: StoreLog | undefined) {
    this.#log = log;
  }

  add(listener: (rows: readonly OutboxRow[]) => void): void {
    this.#listeners.push(listener);
  }

  tell(rows: readonly OutboxRow[]): void {
    if (rows.length === 0) return;
    for (const listener of this.#listeners) {
      try {
        listener(rows);
      } catch (error) {
        this.#log?.error({ err: error }, 'a listener of the outbox failed');
      }
    }
  }
}
