import type { Level, ThreatState } from '@sallyport/core';
import { rankOfLevel, stateOfLevel } from '@sallyport/core';
import { unknownWord } from './unknown-word.ts';

/** One word of a record, and the table that says what it means. */
export interface TellingWord<T> {
  /** As the flag names it: `health state`. */
  readonly field: string;
  /** `undefined`: the record does not say. */
  readonly told: string | undefined;
  readonly means: ReadonlyMap<string, T>;
}

/** `none`: the word is known and says nothing about the level. */
export type LevelWord = Level | 'none';
/** `ok`, or the state of a device that is not watched. */
export type WatchWord = 'ok' | ThreatState;

export interface Posture {
  readonly state?: ThreatState;
  readonly flag?: string;
}

/**
 * What the words of a record together say of a device: the worst of the levels, unless the app is off. A word
 * that no table holds keeps a device from being called secured, never from being called dangerous; and a
 * device that the vendor no longer hears from stays as dangerous as it was.
 */
export function postureOfWords(levels: readonly TellingWord<LevelWord>[], watch: readonly TellingWord<WatchWord>[] = []): Posture {
  const flag = [...levels, ...watch].map(({ field, told, means }) => unknownWord(field, told, means)).find((text) => text !== undefined);
  const level = worst(levels.map(meaning).filter((word) => word !== undefined && word !== 'none'));
  const notWatched = watch.map(meaning).filter((word) => word !== undefined && word !== 'ok');
  const state = notWatched.includes('deactivated') ? 'deactivated'
    : level !== undefined && level !== 'secured' ? stateOfLevel(level)
    : notWatched[0] ?? (flag === undefined && level !== undefined ? stateOfLevel(level) : undefined);
  return { ...(state && { state }), ...(flag && { flag }) };
}

function meaning<T>({ told, means }: TellingWord<T>): T | undefined {
  return told === undefined ? undefined : means.get(told);
}

function worst(levels: readonly Level[]): Level | undefined {
  return levels.reduce<Level | undefined>((a, b) => (a === undefined || rankOfLevel(b) > rankOfLevel(a) ? b : a), undefined);
}
