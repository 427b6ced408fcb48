import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** As much of a message with an inventory as the webhook itself looks at. */
interface Message {
  readonly data: { readonly value: { readonly length: number } };
}

export interface Received<M> {
  readonly headers: IncomingHttpHeaders;
  /** As it came, for its signature. */
  readonly body: string;
  readonly message: M;
}

/** A partner's webhook that is told the inventory of apps: answers what `answers` says, then 204; hangs where it says 0. */
export class InventoryWebhook<M extends Message = Message> {
  readonly received: Received<M>[] = [];
  readonly answers: { readonly status: number; readonly headers?: Record<string, string> }[] = [];
  /** Messages with more devices are too large for it (413). */
  mostDevices = Infinity;
  readonly #server: Server;
  #waiting: (() => void)[] = [];

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => {
          const { status, headers = {} } = this.#take(request.headers, Buffer.concat(chunks).toString('utf8'));
          if (status !== 0) response.writeHead(status, headers).end();
          for (const wake of this.#waiting.splice(0)) wake();
        });
    });
  }

  /** @returns its address */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/inventory?site=1`;
  }

  /** Resolves when as many messages have come. */
  async until(count: number): Promise<void> {
    while (this.received.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #take(headers: IncomingHttpHeaders, body: string): (typeof this.answers)[number] {
    const message = JSON.parse(body) as M;
    this.received.push({ headers, body, message });
    return this.answers.shift() ?? { status: message.data.value.length > this.mostDevices ? 413 : 204 };
  }
}
