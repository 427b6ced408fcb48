import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';

/** Turns an answer into a stream of server-sent events (WHATWG HTML, section 9.2) that the caller writes to. */
export function startEventStream(reply: FastifyReply): ServerResponse {
  reply.hijack();
  const { raw } = reply;
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  raw.setHeader('content-type', 'text/event-stream; charset=utf-8');
  // For gateways that would otherwise collect the stream before handing it on.
  raw.setHeader('x-accel-buffering', 'no');
  raw.writeHead(200);
  return raw;
}

/** What `Last-Event-ID` says; `'unknown'` where it cannot be an id of ours. */
export function positionOf(lastEventId: string | string[] | undefined): number | 'unknown' | undefined {
  if (lastEventId === undefined || lastEventId === '') return undefined;
  return typeof lastEventId === 'string' && /^\d{1,15}$/u.test(lastEventId) ? Number(lastEventId) : 'unknown';
}
