import type { Level } from './level.ts';

/**
 * What a partner says about one device: Graph's `managedDevicePartnerReportedHealthState`, which mixes
 * levels with states of the partner's app.
 */
export type ThreatState =
  | 'unknown'
  | 'activated'
  | 'deactivated'
  | 'secured'
  | 'lowSeverity'
  | 'mediumSeverity'
  | 'highSeverity'
  | 'unresponsive'
  | 'compromised'
  | 'misconfigured';

interface Meaning {
  /** The level it stands for, if it stands for one. */
  readonly level?: Level;
  /** No news: the device may still be compliant, unless the connector blocks on missing data. */
  readonly missing: boolean;
  /** Worse is higher. Used to settle two reports of the same instant and to take the strictest of partners. */
  readonly rank: number;
}

/**
 * The one place that says what each state means (docs/decisions/0001). The app must be active even where
 * the policy allows "high", so `deactivated` and `misconfigured` fail every threat rule and rank above it;
 * `compromised` is what the user cannot mend and ranks above all.
 */
const MEANING: Readonly<Record<ThreatState, Meaning>> = {
  unknown: { missing: true, rank: 0 },
  activated: { missing: true, rank: 1 },
  unresponsive: { missing: true, rank: 2 },
  secured: { level: 'secured', missing: false, rank: 3 },
  lowSeverity: { level: 'low', missing: false, rank: 4 },
  mediumSeverity: { level: 'medium', missing: false, rank: 5 },
  highSeverity: { level: 'high', missing: false, rank: 6 },
  misconfigured: { missing: false, rank: 7 },
  deactivated: { missing: false, rank: 8 },
  compromised: { missing: false, rank: 9 },
};

export const THREAT_STATES: readonly ThreatState[] = Object.keys(MEANING) as ThreatState[];

export function isThreatState(word: unknown): word is ThreatState {
  return typeof word === 'string' && Object.hasOwn(MEANING, word);
}

export function meaningOf(state: ThreatState): Meaning {
  return MEANING[state];
}

/** Whether the state says how dangerous the device is: a level, or worse than any. The others speak of the partner's app. */
export function isAssessment(state: ThreatState): boolean {
  return state === 'compromised' || MEANING[state].level !== undefined;
}

/** Whether the state says nothing but that nothing is known: contact was lost, or the partner's value was not understood. */
export function isLostContact(state: ThreatState): boolean {
  return state === 'unresponsive' || state === 'unknown';
}

/** Worse than secured: `low` and above, an app that is gone or not set up, a compromised device. */
export function isWorseThanSecured(state: ThreatState): boolean {
  return MEANING[state].rank > MEANING.secured.rank;
}

export function worseOf(a: ThreatState, b: ThreatState): ThreatState {
  return MEANING[b].rank > MEANING[a].rank ? b : a;
}

const OF_LEVEL: Readonly<Record<Level, ThreatState>> = {
  secured: 'secured',
  low: 'lowSeverity',
  medium: 'mediumSeverity',
  high: 'highSeverity',
};

export function stateOfLevel(level: Level): ThreatState {
  return OF_LEVEL[level];
}
