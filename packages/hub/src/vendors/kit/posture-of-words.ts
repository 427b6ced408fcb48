import type { Level, ThreatState, UnknownTerm } from '@sallyport/core';
import { meaningOf, stateOfLevel } from '@sallyport/core';
import type { Doubt } from './unknown-word.ts';
import { doubtsOf, unknownTerm } from './unknown-word.ts';

/** One word of a record, and the table that says what it means. */
export interface TellingWord<T> {
  /** As the flag names it: `health state`. */
  readonly field: string;
  /** `undefined`: the record does not say. */
  readonly told: string | undefined;
  readonly means: ReadonlyMap<string, T>;
  /** Where an unknown word is about something else than its place in `postureOfWords` says. */
  readonly about?: UnknownTerm['about'];
}

/** `none`: the word is known and says nothing about the level. */
export type LevelWord = Level | 'none';
/** `ok`, or the state of a device that is not watched. */
export type WatchWord = 'ok' | ThreatState;

export interface Posture extends Doubt {
  readonly state?: ThreatState;
  /** As `Signal.understood`. */
  readonly understood?: ThreatState;
}

/**
 * What the words of a record together say of a device: the worst of the levels, unless the app is off. A device
 * that the vendor no longer hears from stays as dangerous as it was. A word that no table holds keeps a device from
 * being called secured, never from being called dangerous: one of `watch` is missing data (`unknown`), because it
 * may say that nothing watches the device any more; one of `levels` leaves the last state as it was.
 */
export function postureOfWords(
  levels: readonly TellingWord<LevelWord>[],
  watch: readonly TellingWord<WatchWord>[] = [],
): Posture {
  const doubts = doubtsOf(
    ...levels.map((word) => doubtIn('level', word)),
    ...watch.map((word) => doubtIn('protection', word)),
  );
  const known = levels
    .flatMap(meaning)
    .filter((level) => level !== 'none')
    .map(stateOfLevel);
  const notWatched = watch
    .flatMap((word) => meaning(word).concat(isUnknown(word) && word.about === undefined ? ['unknown'] : []))
    .filter((state) => state !== 'ok');
  const state =
    worst([...known.filter((one) => one !== 'secured'), ...notWatched]) ??
    (doubts.unknownTerms === undefined && known.length > 0 ? 'secured' : undefined);
  // Whatever is worse than secured is the state itself.
  const isUnderstood =
    state === 'unknown' &&
    known.length > 0 &&
    doubts.unknownTerms?.every(({ about }) => about === 'protection') === true;
  return { ...(state && { state }), ...(isUnderstood && { understood: 'secured' as const }), ...doubts };
}

function doubtIn(usual: UnknownTerm['about'], { field, told, means, about = usual }: TellingWord<unknown>): Doubt {
  return unknownTerm(about, field, told, means);
}

function isUnknown({ told, means }: TellingWord<unknown>): boolean {
  return told !== undefined && !means.has(told);
}

function meaning<T>({ told, means }: TellingWord<T>): readonly T[] {
  const one = told === undefined ? undefined : means.get(told);
  return one === undefined ? [] : [one];
}

function worst(states: readonly ThreatState[]): ThreatState | undefined {
  return states.reduce<ThreatState | undefined>(
    (a, b) => (a === undefined || meaningOf(b).rank > meaningOf(a).rank ? b : a),
    undefined,
  );
}
