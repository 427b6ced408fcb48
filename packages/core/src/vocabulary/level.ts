/**
 * How dangerous a device is, as an ordered scale: Graph's `deviceThreatProtectionLevel` without its two
 * members that are no level (`unavailable`, `notSet`).
 */
export type Level = 'secured' | 'low' | 'medium' | 'high';

export const LEVELS: readonly Level[] = ['secured', 'low', 'medium', 'high'];

const RANK: Readonly<Record<Level, number>> = { secured: 0, low: 1, medium: 2, high: 3 };

/** 0 for secured to 3 for high. */
export function rankOfLevel(level: Level): number {
  return RANK[level];
}

/** One step up; high stays high. */
export function raised(level: Level): Level {
  return LEVELS[Math.min(RANK[level] + 1, 3)] as Level;
}
