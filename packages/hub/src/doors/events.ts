import type { FastifyReply, FastifyRequest } from 'fastify';
import { HubError } from '@sallyport/contracts';
import type { Publisher } from '../publish/publisher.ts';
import { positionOf, startEventStream } from '../http/event-stream.ts';
import type { Clock } from '../platform/clock.ts';
import { acceptedHashes, type Door } from './door.ts';
import type { DoorRegistry } from './door-registry.ts';

/** Of `setTimeout`. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Holds the streams of the doors open, and ends those of a door that may not listen any more. */
export class DoorEvents {
  readonly #options: DoorEventsOptions;

  constructor(options: DoorEventsOptions) {
    this.#options = options;
  }

  /** @throws HubError `too_many_requests` */
  subscribe(door: Door, request: FastifyRequest, reply: FastifyReply): void {
    const { publisher, registry, clock, most } = this.#options;
    if (publisher.subscribers >= most) {
      throw new HubError('too_many_requests', `${most} subscribers are listening already; more are not taken.`, {
        retryAfterSeconds: 30,
      });
    }
    const position = positionOf(request.headers['last-event-id']);
    const shown = request.doorSecretHash ?? '';
    const raw = startEventStream(reply);
    if (raw.destroyed) return;
    let timer: NodeJS.Timeout | undefined;
    const judge = (): void => {
      clearTimeout(timer);
      const now = registry.get(door.id);
      const at = clock.now();
      if (!mayListen(now, shown, at)) raw.end();
      // With a secret that was replaced, until it is accepted no longer.
      else if (now?.secretHash !== shown)
        timer = setTimeout(judge, Math.min(MAX_TIMER_MS, Math.max(1_000, (now?.formerSecretUntil ?? 0) - at))).unref();
    };
    const stop = registry.onChange(door.id, judge);
    raw.once('close', () => {
      clearTimeout(timer);
      stop();
    });
    judge();
    void publisher.subscribe(raw, position, door.id);
  }
}

interface DoorEventsOptions {
  readonly publisher: Publisher;
  readonly registry: DoorRegistry;
  readonly clock: Clock;
  /** Subscribers of all doors together. */
  readonly most: number;
}

function mayListen(door: Door | undefined, shown: string, now: number): boolean {
  return door?.enabled === true && acceptedHashes(door, now).includes(shown);
}
