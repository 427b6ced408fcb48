import { request } from 'node:https';

export interface SseEvent {
  readonly id: string;
  readonly event: string;
  readonly data: Record<string, unknown>;
  /** When it was received, `performance.now()`. */
  readonly at: number;
}

/** A door that listens: collects server-sent events until it is closed. */
export class SseReader {
  readonly events: SseEvent[] = [];
  lastId: string | undefined;
  #close: () => void = () => undefined;
  #waiting: (() => void)[] = [];

  /** Resolves when the stream has begun. */
  static open(url: string, ca: string, headers: Record<string, string>): Promise<SseReader> {
    const reader = new SseReader();
    return new Promise((resolve, reject) => {
      const sent = request(
        url,
        { ca, headers: { accept: 'text/event-stream', ...headers }, agent: false },
        (response) => {
          if (response.statusCode !== 200) return reject(new Error(`The stream answered ${response.statusCode}.`));
          let rest = '';
          response.setEncoding('utf8').on('data', (chunk: string) => {
            rest += chunk;
            for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
              reader.#take(rest.slice(0, end));
              rest = rest.slice(end + 2);
            }
          });
          response.on('error', () => undefined);
          resolve(reader);
        },
      );
      reader.#close = () => sent.destroy();
      sent.on('error', reject);
      sent.end();
    });
  }

  close(): void {
    this.#close();
  }

  /** The first event, from `from` on, that fits. Fails by the test's own time limit. */
  async next(fits: (event: SseEvent) => boolean, from = 0): Promise<SseEvent> {
    for (;;) {
      const found = this.events.slice(from).find(fits);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  #take(block: string): void {
    const fields = new Map(
      block
        .split('\n')
        .filter((line) => !line.startsWith(':') && line.includes(':'))
        .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
    );
    this.lastId = fields.get('id') ?? this.lastId;
    const data = fields.get('data');
    if (data === undefined) return;
    this.events.push({
      id: fields.get('id') ?? '',
      event: fields.get('event') ?? 'message',
      data: JSON.parse(data) as Record<string, unknown>,
      at: performance.now(),
    });
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
