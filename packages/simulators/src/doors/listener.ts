import { SseReader, type SseEvent } from './sse-reader.ts';
import type { Seeded } from '../hub/seed.ts';

/** A door that comes back after every interruption and asks for what it missed. */
export class Listener {
  readonly #events: SseEvent[] = [];
  readonly #url: string;
  readonly #seeded: Seeded;
  #reader: SseReader | undefined;
  #lastId: string | undefined;

  constructor(hubUrl: string, seeded: Seeded) {
    this.#url = `${hubUrl}/doors/${seeded.door.id}/events`;
    this.#seeded = seeded;
  }

  async connect(): Promise<void> {
    this.#keep();
    const { ca, door } = this.#seeded;
    this.#reader = await SseReader.open(this.#url, ca, {
      'x-sallyport-door-key': door.key,
      ...(this.#lastId === undefined ? {} : { 'last-event-id': this.#lastId }),
    });
  }

  /** Everything heard so far, in the order of hearing. */
  get events(): readonly SseEvent[] {
    return [...this.#events, ...(this.#reader?.events ?? [])];
  }

  /** Resolves when the event with this id, or a later one, was heard. */
  async heardUpTo(seq: number): Promise<void> {
    if (seq === 0 || this.events.some((event) => Number(event.id) >= seq)) return;
    await this.#reader?.next((event) => Number(event.id) >= seq);
  }

  close(): void {
    this.#keep();
  }

  #keep(): void {
    this.#reader?.close();
    this.#events.push(...(this.#reader?.events ?? []));
    this.#lastId = this.#reader?.lastId ?? this.#lastId;
    this.#reader = undefined;
  }
}
