import type { FastifyReply, FastifyRequest } from 'fastify';
import { HubError } from '@sallyport/contracts';
import { hashOfSecret, secretMatches } from '../../platform/secrets.ts';
import type { Door } from './door.ts';
import type { DoorRegistry } from './door-registry.ts';

/**
 * A door shows its key in a header of its own: `Authorization` belongs to the client behind it and must reach
 * the application. The gateway sets this header on every question, which replaces one that a client sent.
 */
export const KEY_HEADER = 'x-sallyport-door-key';

const NOBODY = hashOfSecret('a door that does not exist');
const WARN_EVERY_MS = 60_000;
const MOST_WARNED = 1_000;

declare module 'fastify' {
  interface FastifyRequest {
    /** Set for routes of kind `door`. */
    door: Door | undefined;
  }
}

/**
 * Hook for routes of kind `door`. Wrong or missing keys, unknown and disabled doors get the same 401, so that
 * nobody learns which doors there are; only the log says which it was. Gateways refuse the client on a 401.
 */
export function authenticateDoor(registry: DoorRegistry): (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => void {
  const warned = new Map<string, number>();
  return (request, reply, done) => {
    const { doorId } = request.params as { doorId: string };
    const door = registry.get(doorId);
    const problem = problemWith(door, request.raw.rawHeaders);
    if (problem === undefined) {
      request.door = door;
      return done();
    }
    if (isFirstLately(warned, `${doorId} ${problem}`)) request.log.warn({ door: doorId.slice(0, 80), address: request.ip, problem }, 'a door was refused; its gateway lets nobody in');
    reply.header('www-authenticate', 'Sallyport-Door');
    done(new HubError('unauthenticated', `The door did not show a valid key in ${KEY_HEADER}. The log of the hub says more.`, { field: KEY_HEADER }));
  };
}

function problemWith(door: Door | undefined, rawHeaders: readonly string[]): string | undefined {
  const keys = rawHeaders.filter((_, i) => i % 2 === 1 && (rawHeaders[i - 1] as string).toLowerCase() === KEY_HEADER);
  const [key] = keys;
  // Compared for unknown doors too: the time taken must not tell that they are unknown.
  const matches = secretMatches(key ?? '', door?.secretHash ?? NOBODY);
  if (keys.length > 1) return 'the key came twice';
  if (key === undefined) return 'no key';
  if (door === undefined) return 'no such door';
  if (!matches) return 'wrong key';
  return door.enabled ? undefined : 'the door is disabled';
}

/** A misconfigured gateway asks a thousand times a second; once a minute is enough for the log. */
function isFirstLately(warned: Map<string, number>, what: string): boolean {
  const now = performance.now();
  const last = warned.get(what);
  if (last !== undefined && now - last < WARN_EVERY_MS) return false;
  if (warned.size >= MOST_WARNED) warned.clear();
  warned.set(what, now);
  return true;
}
