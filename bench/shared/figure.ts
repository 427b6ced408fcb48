import type { Spread } from './statistics.ts';

/** One line of the table. */
export interface Figure {
  /** What was measured, such as "100 policies". */
  readonly name: string;
  /** Who was measured: `sallyport`, or the name of a peer or floor. */
  readonly who: string;
  readonly unit: string;
  readonly value: Spread;
  /** Which way is good. */
  readonly better: 'more' | 'less';
  /** The floor or peer of the same run that `ratio` is taken against. */
  readonly beside?: { readonly who: string; readonly ratio: number } | undefined;
  readonly objective?: Objective | undefined;
  readonly note?: string | undefined;
}

export interface Objective {
  readonly text: string;
  readonly met: boolean;
}

export interface PartResult {
  readonly part: string;
  readonly title: string;
  readonly figures: readonly Figure[];
  readonly notes: readonly string[];
}

export interface BenchOptions {
  /** Fewer rounds and smaller fleets: to see that everything still runs, not to be quoted. */
  readonly quick: boolean;
}

export function atLeast(value: number, wanted: number, text: string): Objective {
  return { text, met: value >= wanted };
}

export function atMost(value: number, wanted: number, text: string): Objective {
  return { text, met: value <= wanted };
}
