import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** What goes into the log and back of Graph's `client-request-id`: no line breaks, no quotes, no essays. */
const HARMLESS = /^[A-Za-z0-9._:/+=-]{1,128}$/;
/** What goes back as it came: bytes beyond ASCII have no encoding that both sides agree on (RFC 9110 section 5.5), and would come back as others. */
const ECHOED = /^[\t\x20-\x7e]{1,1024}$/;

/** Our id of a request; in the answer as `request-id`, in every line of the log about it. */
export function newRequestId(): string {
  return randomUUID();
}

/** The caller's own id (`client-request-id`, as Graph's clients send it), if it is one that can be echoed. */
export function clientRequestId(request: IncomingMessage): string | undefined {
  return harmless(request.headers['client-request-id']);
}

export function setRequestIdHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('request-id', request.id);
  const fromClient = clientRequestId(request.raw);
  if (fromClient !== undefined) reply.header('client-request-id', fromClient);
  const forwarded = request.headers['x-request-id'];
  if (typeof forwarded === 'string' && isEchoed(forwarded)) reply.header('x-request-id', forwarded);
}

/** AuthZEN, section 10.1.3: any string of printable ASCII, which the answer repeats; others are left out. It is in no line of the log. */
export function isEchoed(requestId: string): boolean {
  return ECHOED.test(requestId);
}

export function isHarmlessId(value: string): boolean {
  return HARMLESS.test(value);
}

function harmless(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' && isHarmlessId(value) ? value : undefined;
}
