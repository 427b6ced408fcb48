/**
 * The floor of HTTP: bare `node:http` that reads the body of a request and answers the bytes it was given in
 * `ECHO`, whatever was asked. With `tls` in it, `node:https`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface Echo {
  /** Names and values, one after the other. */
  readonly headers: readonly string[];
  readonly body: string;
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
}

const { headers, body, tls } = JSON.parse(process.env['ECHO'] ?? '') as Echo;
const bytes = Buffer.from(body);

function answer(request: IncomingMessage, response: ServerResponse): void {
  let received = 0;
  request.on('data', (chunk: Buffer) => {
    received += chunk.length;
  });
  request.on('end', () => {
    response.writeHead(received > 0 ? 200 : 400, headers as string[]);
    response.end(bytes);
  });
}

const server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer);
server.listen(0, '127.0.0.1', () =>
  console.log(`ready ${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`),
);
process.on('SIGTERM', () => process.exit(0));
