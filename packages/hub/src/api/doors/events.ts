import type { FastifyReply, FastifyRequest } from 'fastify';
import { HubError } from '@sallyport/contracts';
import type { Publisher } from '../../publish/publisher.ts';
import { positionOf, startEventStream } from '../event-stream.ts';
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
    const raw = startEventStream(reply);
    const stop = this.#registry.onChange(door.id, () => {
      if (!mayStillListen(door, this.#registry.get(door.id))) raw.end();
    });
    raw.once('close', stop);
    void this.#publisher.subscribe(raw, position, door.id);
  }
}

function mayStillListen(before: Door, now: Door | undefined): boolean {
  return now !== undefined && now.enabled && now.secretHash === before.secretHash;
}
