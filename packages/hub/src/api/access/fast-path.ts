import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Authenticator } from '../access-guard.ts';
import type { Evaluator } from './evaluator.ts';

export interface FastPathOptions {
  readonly evaluator: Evaluator;
  readonly authenticator: Authenticator;
  /** Told of each answer given here, which the server's own hooks do not see. */
  readonly onAnswered?: ((seconds: number) => void) | undefined;
}

const PATH = '/access/v1/evaluation';
const PERMISSION = 'Sallyport.Access.Evaluate';
const LONGEST_BODY = 65_536;
const HARMLESS_ID = /^[A-Za-z0-9._:/+=-]{1,128}$/;

/**
 * Answers the plain case of the hottest route before the router sees it: a well-formed evaluation with a good
 * token. Whatever is otherwise (another header, a refused token, a broken body) goes the ordinary way, so that
 * errors, their log and their headers are made in one place. Measured, the router, its hooks and the writing
 * of headers one by one cost as much again as Node's HTTP itself.
 */
export function installFastPath(app: FastifyInstance, options: FastPathOptions): void {
  let closing = false;
  /** Of each connection the last one: the same text in the same string is found without being hashed again. */
  const tokens = new WeakMap<Socket, string>();
  const sameToken = (socket: Socket, authorization: string): string => {
    const last = tokens.get(socket);
    if (last === authorization) return last;
    tokens.set(socket, authorization);
    return authorization;
  };
  app.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  app.addHook('onReady', (done) => {
    // With these levels every answer is logged, which happens on the ordinary way.
    if (app.log.level === 'debug' || app.log.level === 'trace') return done();
    const ordinary = app.server.listeners('request') as ((request: IncomingMessage, response: ServerResponse) => void)[];
    app.server.removeAllListeners('request');
    app.server.on('request', (request, response) => {
      const plain = closing ? undefined : plainEvaluation(request);
      if (plain !== undefined) {
        plain.authorization = sameToken(request.socket, plain.authorization);
        return collect(app, options, plain, request, response);
      }
      for (const listener of ordinary) listener.call(app.server, request, response);
    });
    done();
  });
}

/** What is needed of the headers of a plain request. */
interface PlainRequest {
  authorization: string;
  readonly requestId: string | undefined;
}

/** `undefined`: not plain. Reads the raw headers, which are there already, and spares the making of an object. */
function plainEvaluation({ method, url, rawHeaders }: IncomingMessage): PlainRequest | undefined {
  if (url !== PATH || method !== 'POST') return undefined;
  let authorization: string | undefined;
  let length: number | undefined;
  let requestId: string | undefined;
  let isJson = false;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const value = rawHeaders[i + 1] as string;
    switch ((rawHeaders[i] as string).toLowerCase()) {
      case 'authorization':
        if (authorization !== undefined) return undefined;
        authorization = value;
        break;
      case 'content-type':
        isJson = value === 'application/json' || value === 'application/json; charset=utf-8';
        if (!isJson) return undefined;
        break;
      case 'content-length':
        length = Number(value);
        break;
      case 'x-request-id':
        if (requestId !== undefined || !HARMLESS_ID.test(value)) return undefined;
        requestId = value;
        break;
      case 'transfer-encoding': case 'content-encoding': case 'expect': case 'client-request-id': case 'upgrade':
        return undefined;
    }
  }
  if (!isJson || authorization === undefined || length === undefined || !(length > 0 && length <= LONGEST_BODY)) return undefined;
  return { authorization, requestId };
}

function collect(app: FastifyInstance, options: FastPathOptions, plain: PlainRequest, request: IncomingMessage, response: ServerResponse): void {
  const started = options.onAnswered === undefined ? 0 : performance.now();
  let body: Buffer | undefined;
  request.on('data', (chunk: Buffer) => { body = body === undefined ? chunk : Buffer.concat([body, chunk]); });
  request.on('end', () => {
    const bytes = body ?? Buffer.alloc(0);
    const answer = answerTo(bytes, plain.authorization, options);
    if (answer === undefined) return goOrdinaryWay(app, bytes, request, response);
    response.writeHead(200, headersOf(answer, plain.requestId));
    response.end(answer, 'latin1');
    options.onAnswered?.((performance.now() - started) / 1_000);
  });
}

/** `undefined`: the ordinary way says what is wrong, or verifies the token for the next time. */
function answerTo(body: Buffer, authorization: string, { authenticator, evaluator }: FastPathOptions): string | undefined {
  if (authenticator.peek?.(authorization)?.roles.has(PERMISSION) !== true) return undefined;
  try {
    return evaluator.evaluateBytes(body);
  } catch {
    return undefined;
  }
}

/** The server's usual headers, written at one go. `answer` is ASCII, so its length is its size. */
function headersOf(answer: string, requestId: string | undefined): string[] {
  const headers = [
    'content-type', 'application/json; charset=utf-8', 'content-length', String(answer.length), 'request-id', randomUUID(),
    'cache-control', 'no-store', 'x-content-type-options', 'nosniff',
  ];
  if (requestId !== undefined) headers.push('x-request-id', requestId);
  return headers;
}

/** Asks the same of the router, which by now sees a body that was read. */
function goOrdinaryWay(app: FastifyInstance, body: Buffer, request: IncomingMessage, response: ServerResponse): void {
  app.inject({ method: 'POST', url: PATH, headers: request.headers, payload: body, remoteAddress: request.socket.remoteAddress ?? '' }).then((reply) => {
    const { 'transfer-encoding': _, connection: _c, ...headers } = reply.headers;
    response.writeHead(reply.statusCode, headers).end(reply.rawPayload);
  }).catch((error: unknown) => {
    app.log.error({ err: error }, 'an evaluation could not be answered');
    response.destroy();
  });
}
