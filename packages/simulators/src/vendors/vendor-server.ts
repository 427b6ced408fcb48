import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that a server got, with its body read. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Trouble {
  readonly path: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Real HTTP on the loopback interface, for servers that behave as a vendor's does. What each test
 * wants to go wrong it says beforehand with `trouble`; a status of 0 breaks the connection in mid-answer.
 */
export abstract class VendorServer {
  /** What was asked, oldest first. */
  readonly requests: Asked[] = [];
  readonly #troubles: Trouble[] = [];
  readonly #server: Server = createServer((request, response) => {
    void this.#take(request, response);
  });

  /** Answers the address. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    return this.url;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  /** Answers the next request to a path that begins like this with trouble; several are answered in order. */
  trouble(
    path: string,
    status: number,
    { headers = {}, body = '' }: { headers?: Record<string, string>; body?: string } = {},
  ): void {
    this.#troubles.push({ path, status, headers, body });
  }

  asked(path: string): readonly Asked[] {
    return this.requests.filter((request) => request.path.startsWith(path));
  }

  protected abstract answer(asked: Asked, response: ServerResponse): void;

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://vendor');
    const body = Buffer.concat((await request.toArray()) as Buffer[]).toString();
    const asked = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body,
    };
    this.requests.push(asked);
    const place = this.#troubles.findIndex((trouble) => url.pathname.startsWith(trouble.path));
    const [trouble] = place < 0 ? [] : this.#troubles.splice(place, 1);
    if (trouble === undefined) this.answer(asked, response);
    else if (trouble.status === 0) {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"items": [', () => response.destroy());
    } else response.writeHead(trouble.status, trouble.headers).end(trouble.body);
  }
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
