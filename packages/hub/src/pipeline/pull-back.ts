import { setImmediate } from 'node:timers/promises';
import type { PartnerView, PartnerWord } from '@sallyport/core';
import type { HistoryRow, OutboxRow, PostureRow } from '../store/store.ts';
import { evaluatePosture } from './evaluate-posture.ts';
import { postureHistory } from './note-history.ts';
import type { ReevaluateDependencies } from './reevaluate-fleet.ts';
import { isWorthTelling, postureChanged } from './revoke-access.ts';

/** Devices that one transaction changes, and that are looked at before other work gets its turn. */
const CHUNK = 500;

/**
 * No stored time lies ahead of now: what was stored by a clock that was ahead counts as of `to`. Otherwise every true
 * report would be late, every grace period too long and every partner heard until then. Answers how many times it was.
 * @param to not after now
 */
export async function pullBack(deps: ReevaluateDependencies, to: number): Promise<number> {
  const { store, memory, clock } = deps;
  let count = await store.transaction((tx) => tx.heartbeats.pullBack(clock.now()));
  memory.pullBackHeartbeats(clock.now());
  for (let some = 1; some > 0; count += some) some = await store.transaction((tx) => tx.findings.pullBack(clock.now(), to));
  const ahead = await devicesAhead(deps);
  for (let i = 0; i < ahead.length; i += CHUNK) await pullBackPostures(deps, ahead.slice(i, i + CHUNK), to);
  return count + ahead.length;
}

async function devicesAhead({ memory, clock }: ReevaluateDependencies): Promise<readonly string[]> {
  const now = clock.now();
  const ahead: string[] = [];
  let looked = 0;
  for (const { id, posture } of memory.fleet.all()) {
    if (posture !== undefined && (posture.views.some((view) => isAhead(view, now)) || Object.values(posture.failing).some((since) => since > now))) ahead.push(id);
    if (++looked % CHUNK === 0) await setImmediate();
  }
  return ahead;
}

async function pullBackPostures({ store, memory, serial, clock, origin }: ReevaluateDependencies, ids: readonly string[], to: number): Promise<void> {
  await serial.run(async () => {
    const now = clock.now();
    const written = await store.transaction(async (tx) => {
      const postures: PostureRow[] = [];
      const told: Omit<OutboxRow, 'seq'>[] = [];
      const history: HistoryRow[] = [];
      for (const before of await tx.postures.get(ids)) {
        const device = memory.fleet.get(before.deviceId);
        if (device === undefined) continue;
        const views = before.views.map((view) => (isAhead(view, now) ? pulledBack(view, now, to) : view));
        const failing = Object.fromEntries(Object.entries(before.failing).map(([policy, since]) => [policy, since > now ? to : since]));
        const after = evaluatePosture(memory, device.facts, views, failing, now);
        postures.push(after);
        history.push(...postureHistory(before, after));
        if (!isWorthTelling(before, after)) continue;
        told.push(postureChanged(device, memory.directory.get(device.facts.userId ?? '')?.userPrincipalName ?? null, before, after, null, origin));
      }
      await tx.postures.put(postures);
      await tx.history.append(history);
      await tx.outbox.append(told);
      return postures;
    });
    for (const posture of written) memory.fleet.setPosture(posture);
  });
}

/** How long a state that is contested, or a finding that raises, counts at most. */
const LONGEST_MS = 3_600_000;

function isAhead({ observedAt, lastLevel, lastAppState, levelMissingSince, contested, openFindings }: PartnerWord, now: number): boolean {
  const times = [observedAt, lastLevel?.observedAt, lastAppState?.observedAt, levelMissingSince, contested?.observedAt];
  return times.some((at) => at !== undefined && at > now) || (contested?.until ?? 0) > now + LONGEST_MS
    || openFindings.some(({ observedAt: at, raisesUntil }) => (at ?? 0) > now || (raisesUntil ?? 0) > now + LONGEST_MS);
}

function pulledBack(view: PartnerView, now: number, to: number): PartnerView {
  const time = (at: number): number => (at > now ? to : at);
  const end = (at: number): number => Math.min(at, now + LONGEST_MS);
  const { lastLevel, lastAppState, levelMissingSince, contested, since } = view;
  return {
    ...view, observedAt: time(view.observedAt),
    openFindings: view.openFindings.map((finding) => ({
      ...finding, ...(finding.observedAt !== undefined && { observedAt: time(finding.observedAt) }), ...(finding.raisesUntil !== undefined && { raisesUntil: end(finding.raisesUntil) }),
    })),
    ...(lastLevel && { lastLevel: { ...lastLevel, observedAt: time(lastLevel.observedAt) } }),
    ...(lastAppState && { lastAppState: { ...lastAppState, observedAt: time(lastAppState.observedAt) } }),
    ...(levelMissingSince !== undefined && { levelMissingSince: time(levelMissingSince) }),
    ...(since !== undefined && { since: time(since) }),
    ...(contested && { contested: { ...contested, observedAt: time(contested.observedAt), until: end(contested.until) } }),
  };
}
