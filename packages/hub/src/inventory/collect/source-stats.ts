import type { CollectedOne, CollectOutcome } from './collect.ts';

/** What came from a source since the hub started. Times are milliseconds since 1970. */
export interface SourceStats {
  readonly lastAt: number | null;
  readonly counts: Readonly<Record<CollectOutcome, number>>;
  /** What the source calls devices that are not known here, newest last. */
  readonly strangers: readonly string[];
}

/** Enough to see what is wrong. */
const MAX_STRANGERS = 50;
const NONE: SourceStats = {
  lastAt: null,
  counts: { kept: 0, older: 0, unmatched: 0, ambiguous: 0, silent: 0 },
  strangers: [],
};

/** For administrators: whether a source works, and which of its devices nobody here knows. In memory. */
export class StatsOfSources {
  readonly #stats = new Map<string, SourceStats>();

  of(sourceId: string): SourceStats {
    return this.#stats.get(sourceId) ?? NONE;
  }

  note(sourceId: string, collected: readonly CollectedOne[], at: number): void {
    const before = this.of(sourceId);
    const counts = { ...before.counts };
    const strangers = new Set(before.strangers);
    for (const { outcome, ownId } of collected) {
      counts[outcome] += 1;
      if (ownId === undefined || outcome === 'silent') continue;
      strangers.delete(ownId);
      if (outcome === 'unmatched' || outcome === 'ambiguous') strangers.add(ownId);
    }
    this.#stats.set(sourceId, { lastAt: at, counts, strangers: [...strangers].slice(-MAX_STRANGERS) });
  }

  forget(sourceId: string): void {
    this.#stats.delete(sourceId);
  }
}
