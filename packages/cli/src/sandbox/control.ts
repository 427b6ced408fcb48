import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Exchange } from './exchange.ts';
import { type Faults, readFaultOrder } from './faults.ts';
import { answer } from './gate.ts';
import { json } from './read-exchange.ts';

export interface ControlOptions {
  readonly token: string;
  readonly faults: Faults;
  readonly exchanges: readonly Exchange[];
  /** The client of a connector of this sandbox. */
  clientOf(connectorId: string): string | undefined;
}

const PATH = /^\/sandbox\/v1(\/.*)$/u;
const FAULT = /^\/connectors\/([^/]+)\/fault$/u;

/** What only a sandbox serves, below `/sandbox/v1/`: the calls it saw, and faults to order. Answers whether it was meant. */
export function serveControl(
  { token, faults, exchanges, clientOf }: ControlOptions,
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
): boolean {
  const rest = PATH.exec((request.url ?? '').split('?', 1)[0] ?? '')?.[1];
  if (rest === undefined) return false;
  if (!isToken(request.headers.authorization, token)) {
    answer(response, 401, 'Send the control token of the sandbox: Authorization: Bearer ... It is in sandbox.json.');
    return true;
  }
  if (rest === '/exchanges' && request.method === 'GET') {
    answer(response, 200, { value: exchanges });
    return true;
  }
  const connectorId = FAULT.exec(rest)?.[1];
  if (connectorId === undefined) {
    answer(
      response,
      404,
      'There is GET /sandbox/v1/exchanges, and GET, PUT and DELETE /sandbox/v1/connectors/{connectorId}/fault.',
    );
    return true;
  }
  const clientId = clientOf(connectorId.toLowerCase());
  if (clientId === undefined) answer(response, 404, 'There is no such connector in this sandbox.');
  else orderFault(faults, clientId, request.method, response, body);
  return true;
}

function orderFault(
  faults: Faults,
  clientId: string,
  method: string | undefined,
  response: ServerResponse,
  body: Buffer,
): void {
  if (method === 'PUT') {
    try {
      faults.set(clientId, readFaultOrder(json(body.toString('utf8'))));
    } catch (error) {
      return answer(response, 400, (error as Error).message);
    }
  } else if (method === 'DELETE') {
    faults.clear(clientId);
  } else if (method !== 'GET') {
    return answer(response, 405, 'There is GET, PUT and DELETE.');
  }
  answer(response, 200, { fault: faults.get(clientId) ?? null });
}

/** Compares digests, so that neither the length nor the beginning of the token shows in the time it takes. */
function isToken(authorization: string | undefined, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${token}`));
}
