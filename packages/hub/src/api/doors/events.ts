import type { FastifyReply, FastifyRequest } from 'fastify';
import { HubError } from '@sallyport/contracts';
import type { Publisher } from '../../publish/publisher.ts';
import type { Door } from './door.ts';
import type { DoorRegistry } from './door-registry.ts';

/** Holds the streams of the doors open, and ends those of a door that may not listen any more. */
export class DoorEvents {
  readonly #publisher: Publisher;
  readonly #registry: DoorRegistry;
  readonly #most: number;

  constructor(publisher: Publisher, registry: DoorRegistry, most: number) {
    this.#publisher = publisher;
    this.#registry = registry;
    this.#most = most;
  }

  /** @throws HubError `too_many_requests` */
  subscribe(door: Door, request: FastifyRequest, reply: FastifyReply): void {
    if (this.#publisher.subscribers >= this.#most) {
      throw new HubError('too_many_requests', `${this.#most} subscribers are listening already; more are not taken.`, { retryAfterSeconds: 30 });
    }
    const position = positionOf(request.headers['last-event-id']);
    reply.hijack();
    const { raw } = reply;
    for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
    raw.setHeader('content-type', 'text/event-stream; charset=utf-8');
    // For gateways that would otherwise collect the stream before handing it on.
    raw.setHeader('x-accel-buffering', 'no');
    raw.writeHead(200);
    const stop = this.#registry.onChange(door.id, () => {
      if (!mayStillListen(door, this.#registry.get(door.id))) raw.end();
    });
    raw.once('close', stop);
    void this.#publisher.subscribe(raw, position);
  }
}

function mayStillListen(before: Door, now: Door | undefined): boolean {
  return now !== undefined && now.enabled && now.secretHash === before.secretHash;
}

function positionOf(lastEventId: string | string[] | undefined): number | 'unknown' | undefined {
  if (lastEventId === undefined || lastEventId === '') return undefined;
  return typeof lastEventId === 'string' && /^\d{1,15}$/u.test(lastEventId) ? Number(lastEventId) : 'unknown';
}
