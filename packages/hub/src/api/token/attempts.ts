import { isIP } from 'node:net';
import { hasElapsed, type Clock } from '../../platform/clock.ts';

/**
 * Slows down who guesses at client secrets. Counted for each pair of client and address, so that nobody can
 * lock a client out from elsewhere, and more generously for an address as a whole, for who tries many clients.
 */
export interface Attempts {
  /** Seconds to wait before the next attempt is looked at; `undefined` when it may be made now. */
  waitSeconds(clientId: string, address: string): number | undefined;
  failed(clientId: string, address: string): void;
  succeeded(clientId: string, address: string): void;
}

const WINDOW_MS = 60_000;
const FAILURES_OF_PAIR = 10;
const FAILURES_OF_ADDRESS = 100;
const REMEMBERED = 20_000;

interface Count {
  failures: number;
  /** With the window that began then the count ends. */
  readonly since: number;
}

export function createAttempts(clock: Clock): Attempts {
  const counts = new Map<string, Count>();

  function waitOf(key: string, limit: number): number {
    const count = counts.get(key);
    const now = clock.now();
    if (count === undefined || count.failures < limit || hasElapsed(count.since, WINDOW_MS, now)) return 0;
    return count.since + WINDOW_MS - now;
  }

  function add(key: string): void {
    const known = counts.get(key);
    const now = clock.now();
    const count = known !== undefined && !hasElapsed(known.since, WINDOW_MS, now) ? known : { failures: 0, since: now };
    count.failures += 1;
    counts.delete(key);
    counts.set(key, count);
    if (counts.size > REMEMBERED) counts.delete(counts.keys().next().value as string);
  }

  return {
    waitSeconds(clientId, address) {
      const waitMs = Math.max(
        waitOf(pairOf(clientId, address), FAILURES_OF_PAIR),
        waitOf(networkOf(address), FAILURES_OF_ADDRESS),
      );
      return waitMs > 0 ? Math.ceil(waitMs / 1000) : undefined;
    },
    failed(clientId, address) {
      add(pairOf(clientId, address));
      add(networkOf(address));
    },
    succeeded(clientId, address) {
      counts.delete(pairOf(clientId, address));
    },
  };
}

function pairOf(clientId: string, address: string): string {
  return `${networkOf(address)} ${clientId.slice(0, 64).toLowerCase()}`;
}

/** One subscriber has a whole /64 of IPv6 addresses, so that is what is counted. */
function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const groups = address.split('%', 1)[0]?.split('::')[0]?.split(':') ?? [];
  return groups.slice(0, 4).join(':');
}
