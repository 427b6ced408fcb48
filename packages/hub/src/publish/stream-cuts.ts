/**
 * Why the hub cut a stream. `not_reading`: the peer took no bytes for a while although some waited.
 * `outbox_unreadable`: the database did not answer what the subscriber missed.
 */
export type CutReason = 'not_reading' | 'outbox_unreadable';

export interface StreamCut {
  /** The door; empty for a stream that is no door's. */
  readonly door: string;
  readonly reason: CutReason;
  readonly count: number;
}

/** How many streams were cut since the start, by door and reason. */
export class StreamCuts {
  readonly #counts = new Map<string, Map<CutReason, number>>();

  count(door: string, reason: CutReason): void {
    const ofDoor = this.#counts.get(door) ?? new Map<CutReason, number>();
    this.#counts.set(door, ofDoor.set(reason, (ofDoor.get(reason) ?? 0) + 1));
  }

  all(): readonly StreamCut[] {
    return [...this.#counts].flatMap(([door, reasons]) =>
      [...reasons].map(([reason, count]) => ({ door, reason, count })),
    );
  }
}
