import type { PartnerWord } from '@sallyport/core';
import type { HeldPosture } from './held-posture.ts';
import { NumberColumn } from './number-column.ts';
import type { SharedParts } from './shared-parts.ts';
const NO_VIEWS: readonly PartnerWord[] = [];
const NOTHING: Pick<HeldPosture, 'graceUntil' | 'changesAt'> = { graceUntil: null };

/**
 * What is current about each row. Most devices of a fleet differ from many others only in when their partner last
 * spoke of them, so that time has a column, and the rest is an object that they have in common.
 */
export class PostureColumn {
  readonly #held: (HeldPosture | undefined)[] = [];
  /** When the one view was observed, wherever there is one; a view in `#held` shows then when it was of another row. */
  readonly #observedAt = new NumberColumn();
  readonly #shared: SharedParts;

  constructor(shared: SharedParts) {
    this.#shared = shared;
  }

  get(row: number): HeldPosture | undefined {
    const held = this.#held[row];
    const view = held?.views.length === 1 ? held.views[0] : undefined;
    if (held === undefined || view === undefined) return held;
    const { mergedState, complianceState, reasons, failing, graceUntil, changesAt } = held;
    return {
      views: [{ ...view, observedAt: this.#observedAt.get(row) }],
      mergedState,
      complianceState,
      reasons,
      failing,
      graceUntil,
      ...(changesAt !== undefined && { changesAt }),
    };
  }

  /** Those of the row, of which a lone one's time is left open. */
  viewsOf(row: number): readonly PartnerWord[] {
    return this.#held[row]?.views ?? NO_VIEWS;
  }

  /** The partners who speak of it; fewer than two mostly. */
  viewCount(row: number): number {
    return this.#held[row]?.views.length ?? 0;
  }

  /** When time alone changes the posture; `null`: never, as far as is known. */
  changesAt(row: number): number | null {
    const { graceUntil, changesAt } = this.#held[row] ?? NOTHING;
    if (graceUntil === null) return changesAt ?? null;
    return changesAt === undefined ? graceUntil : Math.min(graceUntil, changesAt);
  }

  set(row: number, posture: HeldPosture | undefined): void {
    const view = posture?.views.length === 1 ? posture.views[0] : undefined;
    if (view !== undefined) this.#observedAt.set(row, view.observedAt);
    // Without holes, which would make the engine keep the column as a dictionary.
    while (this.#held.length <= row) this.#held.push(undefined);
    this.#held[row] = posture && this.#shared.posture(posture);
  }
}
