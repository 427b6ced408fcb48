import { holdNamesOf, isBadNews, Trace, type Signal, type SignalLimits } from '@sallyport/core';
import type { Transaction } from '../store/store.ts';
import type { Fleet } from '../view/fleet.ts';
import type { HoldEffect } from './hold-signals.ts';

const SECOND = 1_000;

/** What identities have reported of devices that are not known, to tell whether their bad news is outdated. */
export class ReportedSince {
  readonly #traces = new Map<string, Trace>();

  add(signal: Signal, limits: SignalLimits): void {
    const names = namesOf(signal);
    const trace = this.of(signal) ?? new Trace();
    trace.add(signal, limits);
    for (const name of names) this.#traces.set(name, trace);
  }

  of(signal: Signal): Trace | undefined {
    return namesOf(signal)
      .map((name) => this.#traces.get(name))
      .find((trace) => trace !== undefined);
  }
}

function namesOf(signal: Signal): readonly string[] {
  return holdNamesOf(signal).map((name) => `${signal.connectorId}\u0000${name}`);
}

/**
 * What waits for its device and is newer than bad news of the same identity that would be held now. `undefined` where no signal
 * would begin a hold that something newer could outdate, as nearly always.
 */
export async function reportedSince(
  tx: Transaction,
  fleet: Pick<Fleet, 'heldBy'>,
  signals: readonly Signal[],
  holds: readonly (readonly HoldEffect[])[],
  limits: SignalLimits,
  now: number,
): Promise<ReportedSince | undefined> {
  const margin = limits.contestWithinSeconds * SECOND;
  const late = signals.filter(
    (signal, i) =>
      signal.undated !== true &&
      signal.observedAt + margin < now &&
      isBadNews(signal) &&
      begins(fleet, signal, holds[i] ?? []),
  );
  if (late.length === 0) return undefined;
  const since = new ReportedSince();
  const after = Math.min(...late.map(({ observedAt }) => observedAt)) + margin;
  for (const { signal, receivedAt } of await tx.reports.waitingFor(late.flatMap(identityKeysOf), after)) {
    // What lies ahead was stored by a clock that was wrong: it is not known to be newer than anything.
    if (signal !== null && signal.observedAt <= now && receivedAt <= now) since.add(signal, limits);
  }
  return since;
}

function begins(fleet: Pick<Fleet, 'heldBy'>, signal: Signal, effects: readonly HoldEffect[]): boolean {
  const holding = fleet.heldBy(signal.connectorId, signal);
  return effects.some(({ deviceId, kind }) => kind === 'hold' && !holding.includes(deviceId));
}

/** The keys that `holdNamesOf` names an identity by. */
function identityKeysOf({ keys }: Signal): Signal['keys'] {
  const own = keys.filter(({ type }) => type === 'vendorDeviceId');
  return own.length > 0 ? own : keys;
}
