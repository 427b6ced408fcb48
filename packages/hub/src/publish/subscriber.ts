import type { Writable } from 'node:stream';

/** One stream of events: what it was given, and whether its peer reads. */
export class Subscriber {
  readonly stream: Writable;
  /** The door, for the log and the metrics; empty where the stream is no door's. */
  readonly name: string;
  /** The last position in the outbox that it was given everything up to. */
  position: number;
  /** Whether it is given each event as it happens. Otherwise it is catching up, in pieces. */
  live = false;
  #writing = 0;
  #written = 0;
  #writtenAtCheck = 0;
  #stalledChecks = 0;
  #onIdle: (() => void) | undefined;
  readonly #onWritten = (): void => {
    this.#writing -= 1;
    this.#written += 1;
    if (this.#writing === 0) this.#onIdle?.();
  };

  constructor(stream: Writable, name: string, position: number) {
    this.stream = stream;
    this.name = name;
    this.position = position;
    stream.once('close', () => this.#onIdle?.());
  }

  get open(): boolean {
    return !this.stream.destroyed && !this.stream.writableEnded;
  }

  /** Bytes that the operating system has not taken yet, because the peer reads more slowly than we write. */
  get waitingBytes(): number {
    return this.stream.writableLength;
  }

  write(bytes: Buffer): void {
    if (!this.open) return;
    this.#writing += 1;
    this.stream.write(bytes, this.#onWritten);
  }

  /** Resolves when nothing waits any more, or the stream is closed. For one caller at a time. */
  async idle(): Promise<void> {
    if (this.#writing === 0 || this.stream.destroyed) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
    this.#onIdle = undefined;
  }

  /** To be called at regular intervals. @returns how many calls in a row found bytes waiting and none taken since the call before */
  countStalledChecks(): number {
    const stalled = this.waitingBytes > 0 && this.#written === this.#writtenAtCheck;
    this.#writtenAtCheck = this.#written;
    this.#stalledChecks = stalled ? this.#stalledChecks + 1 : 0;
    return this.#stalledChecks;
  }
}
