import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Exchange, Fault } from './exchange.ts';
import { clientOfToken, clientOfTokenRequest, readProblem, readReports, readResults } from './read-exchange.ts';

export interface GateOptions {
  /** Where the hub listens, in plain HTTP. */
  readonly hubPort: number;
  readonly tls: { readonly cert: string; readonly key: string };
  /** Asked once for each call with reports. */
  chooseFault(clientId: string | undefined): Fault | undefined;
  onExchange(exchange: Exchange): void;
  /** Serves what is the sandbox's own; answers whether it did. */
  serve(request: IncomingMessage, response: ServerResponse, body: Buffer): boolean;
}

const LAST_ANSWERS_MS = 2_000;
/** As the hub itself. */
const MOST_BYTES = 8 * 1024 * 1024;
const KINDS: readonly (readonly [RegExp, Exchange['kind']])[] = [
  [/^\/[^/]+\/oauth2\/v2\.0\/token$/u, 'token'],
  [/^\/partner\/v1\/heartbeat$/u, 'heartbeat'],
  [/^\/partner\/v1\/device-health$/u, 'reports'],
];

/**
 * What stands between a partner and the hub of a sandbox: notes what is sent and answered, and spoils calls
 * where it is told to. The hub behind it is an ordinary one and knows nothing of this.
 */
export class Gate {
  readonly #options: GateOptions;
  readonly #server: Server;
  /** Of `tokenEnded`. */
  readonly #endedTokens = new Set<string>();

  constructor(options: GateOptions) {
    this.#options = options;
    this.#server = createServer(options.tls, (request, response) => {
      this.#handle(request, response).catch((error: unknown) => {
        if (response.headersSent) response.destroy();
        else
          answer(
            response,
            502,
            `The hub of the sandbox did not answer: ${error instanceof Error ? error.message : String(error)}.`,
          );
      });
    });
  }

  /** Resolves with the port. */
  async listen(host: string, port: number): Promise<number> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** Lets calls that are under way have their answer. */
  async close(): Promise<void> {
    const impatience = setTimeout(() => this.#server.closeAllConnections(), LAST_ANSWERS_MS);
    this.#server.close();
    await once(this.#server, 'close');
    clearTimeout(impatience);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const body = await readBody(request);
    if (body === undefined) return answer(response, 413, 'The body is larger than 8 MiB.');
    if (this.#options.serve(request, response, body)) return;
    const kind = request.method === 'POST' ? KINDS.find(([pattern]) => pattern.test(path))?.[1] : undefined;
    if (kind === undefined) return pass(response, await this.#forward(request, body));
    await this.#note(kind, request, response, body);
  }

  async #note(kind: Exchange['kind'], request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> {
    const at = Date.now();
    const { authorization } = request.headers;
    const text = body.toString('utf8');
    const clientId = (
      kind === 'token' ? clientOfTokenRequest(authorization, text) : clientOfToken(authorization)
    )?.toLowerCase();
    const isEnded = kind !== 'token' && authorization !== undefined && this.#endedTokens.has(authorization);
    const fault = kind === 'reports' && !isEnded ? this.#options.chooseFault(clientId) : undefined;
    if (fault?.kind === 'tokenEnded' && authorization !== undefined) this.#endedTokens.add(authorization);
    const told = isEnded ? TOKEN_ENDED : await this.#spoiled(fault, request, body);
    const answered = told.body.toString('utf8');
    const cut = fault?.kind === 'answerLost';
    // Noted before it is answered: who has the answer finds the call in the list.
    this.#options.onExchange({
      at,
      answeredAt: Date.now(),
      clientId,
      kind,
      fault,
      status: cut ? null : told.status,
      reports: kind === 'reports' ? readReports(text) : [],
      results: kind === 'reports' && told.status === 200 ? readResults(answered) : [],
      problem: told.status >= 400 ? readProblem(answered) : undefined,
    });
    if (cut) request.socket.destroy();
    else send(response, told);
  }

  async #spoiled(fault: Fault | undefined, request: IncomingMessage, body: Buffer): Promise<HubAnswer> {
    switch (fault?.kind) {
      case 'unavailable':
        return refusal(
          503,
          'serviceNotAvailable',
          'The sandbox plays a busy hub: nothing was kept. Send the same reports again after Retry-After.',
          fault,
        );
      case 'tooManyRequests':
        return refusal(
          429,
          'TooManyRequests',
          'The sandbox plays a hub that is called too often: nothing was kept. Send the same reports again after Retry-After.',
          fault,
        );
      case 'tokenEnded':
        return TOKEN_ENDED;
      case 'slow':
        await wait(fault.delayMs);
        return whole(await this.#forward(request, body));
      default:
        return whole(await this.#forward(request, body));
    }
  }

  #forward(request: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
    const { 'x-forwarded-for': _, ...headers } = ofTheMessage(request.headers);
    const outgoing = httpRequest({
      host: '127.0.0.1',
      port: this.#options.hubPort,
      method: request.method,
      path: request.url,
      headers: { ...headers, 'content-length': body.byteLength, 'x-forwarded-for': request.socket.remoteAddress ?? '' },
    });
    return new Promise((resolve, reject) => {
      outgoing.once('error', reject);
      outgoing.once('response', resolve);
      outgoing.end(body);
    });
  }
}

interface HubAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** In the words of the hub itself. */
function refusal(status: number, code: string, message: string, { retryAfterSeconds }: Fault): HubAnswer {
  return {
    status,
    body: Buffer.from(JSON.stringify({ error: { code, message } })),
    headers: { 'content-type': 'application/json; charset=utf-8', 'retry-after': String(retryAfterSeconds) },
  };
}

const TOKEN_ENDED: HubAnswer = {
  status: 401,
  body: Buffer.from(
    JSON.stringify({
      error: {
        code: 'InvalidAuthenticationToken',
        message:
          'The sandbox plays a token that has ended: nothing was kept. Get another one, and send the same reports again.',
      },
    }),
  ),
  headers: { 'content-type': 'application/json; charset=utf-8', 'www-authenticate': 'Bearer error="invalid_token"' },
};

function send(response: ServerResponse, { status, headers, body }: HubAnswer): void {
  response.writeHead(status, { ...ofTheMessage(headers), 'content-length': body.byteLength }).end(body);
}

/** As it comes, for answers that stay open. */
function pass(response: ServerResponse, incoming: IncomingMessage): void {
  response.writeHead(incoming.statusCode ?? 502, ofTheMessage(incoming.headers));
  incoming.pipe(response);
  response.once('close', () => incoming.destroy());
}

/** Without what is about one connection only (RFC 9110, section 7.6.1). */
function ofTheMessage({
  'transfer-encoding': _,
  connection: __,
  'keep-alive': ___,
  ...headers
}: IncomingHttpHeaders): IncomingHttpHeaders {
  return headers;
}

async function whole(incoming: IncomingMessage): Promise<HubAnswer> {
  const parts: Buffer[] = [];
  for await (const part of incoming as AsyncIterable<Buffer>) parts.push(part);
  return { status: incoming.statusCode ?? 502, headers: incoming.headers, body: Buffer.concat(parts) };
}

export function answer(response: ServerResponse, status: number, body: unknown): void {
  const told = typeof body === 'string' ? { error: { message: body } } : body;
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
    .end(told === undefined ? undefined : JSON.stringify(told));
}

/** `undefined` for more than the hub would take. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.byteLength;
    if (bytes > MOST_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
