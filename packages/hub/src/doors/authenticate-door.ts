import type { FastifyReply, FastifyRequest } from 'fastify';
import { HubError } from '@sallyport/contracts';
import { hashOfSecret, secretMatches } from '../platform/secrets.ts';
import type { Clock } from '../platform/clock.ts';
import { KEY_HEADER } from '../http/route-access.ts';
import { acceptedHashes, type Door } from './door.ts';
import type { DoorRegistry } from './door-registry.ts';

const NOBODY = hashOfSecret('a door that does not exist');
const WARN_EVERY_MS = 60_000;
const MOST_WARNED = 1_000;

declare module 'fastify' {
  interface FastifyRequest {
    /** Set for routes of kind `door`. */
    door: Door | undefined;
    /** Of the secret that the door showed. */
    doorSecretHash: string | undefined;
  }
}

/**
 * Hook for routes of kind `door`. Wrong or missing keys, unknown and disabled doors get the same 401, so that
 * nobody learns which doors there are; only the log says which it was. Gateways refuse the client on a 401.
 */
export function authenticateDoor(
  registry: DoorRegistry,
  clock: Clock,
): (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => void {
  const warned = new Map<string, number>();
  return (request, reply, done) => {
    const { doorId } = request.params as { doorId: string };
    const door = registry.get(doorId);
    const shown = keysShown(request.raw.rawHeaders);
    // Compared for unknown doors too: the time taken must not tell that they are unknown.
    const hashes = door === undefined ? [NOBODY] : acceptedHashes(door, clock.now());
    const matching = hashes.filter((hash) => secretMatches(shown[0] ?? '', hash));
    const problem = problemWith(door, shown, matching.length > 0);
    if (problem === undefined) {
      request.door = door;
      request.doorSecretHash = matching[0];
      return done();
    }
    if (isFirstLately(warned, `${doorId} ${problem}`))
      request.log.warn(
        { door: doorId.slice(0, 80), address: request.ip, problem },
        'a door was refused; its gateway lets nobody in',
      );
    reply.header('www-authenticate', 'Sallyport-Door');
    done(
      new HubError(
        'unauthenticated',
        `The door did not show a valid key in ${KEY_HEADER}. The log of the hub says more.`,
        { field: KEY_HEADER },
      ),
    );
  };
}

function keysShown(rawHeaders: readonly string[]): readonly string[] {
  return rawHeaders.filter((_, i) => i % 2 === 1 && (rawHeaders[i - 1] as string).toLowerCase() === KEY_HEADER);
}

function problemWith(door: Door | undefined, keys: readonly string[], matches: boolean): string | undefined {
  if (keys.length > 1) return 'the key came twice';
  if (keys.length === 0) return 'no key';
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
