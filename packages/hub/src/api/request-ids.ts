import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** What we echo of a caller's ids: no line breaks, no quotes, no essays. */
const HARMLESS = /^[A-Za-z0-9._:/+=-]{1,128}$/;

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
  const forwarded = harmless(request.headers['x-request-id']);
  if (forwarded !== undefined) reply.header('x-request-id', forwarded);
}

export function isHarmlessId(value: string): boolean {
  return HARMLESS.test(value);
}

function harmless(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' && isHarmlessId(value) ? value : undefined;
}
