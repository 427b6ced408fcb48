/**
 * For how long, and for how many devices, what partners report counts where nothing newer settles it (docs/decisions/0001):
 * whole numbers in the unit of their names, settings of the organisation.
 */
export interface SignalLimits {
  /**
   * How long a level above secured stays while none is reported, because contact with the device is lost; so long does bad
   * news of a silent partner stay under `keepWorse`, and that of a withdrawn one without a threshold of its own.
   */
  readonly badNewsDays: number;
  /** How long a finding that is newer than the partner's posture raises it, unless a newer posture comes before. */
  readonly findingRaisesMinutes: number;
  /** A worse state observed at most so long before a better one, but received after it, counts beside it. */
  readonly contestWithinSeconds: number;
  /** For so long. */
  readonly contestSeconds: number;
  /** How long bad news that may be about several devices is held against each without a report of it. */
  readonly holdDays: number;
  /** A key that more devices carry identifies none of them. */
  readonly maxCandidates: number;
  /** An unknown value is a change of the vendor's vocabulary where more devices than this hold it, and ... */
  readonly vocabularyDevices: number;
  /** ... more than this part of the partner's. */
  readonly vocabularyPercent: number;
  /** In a small fleet: where at least so many devices hold it, and ... */
  readonly vocabularySmallFleetDevices: number;
  /** ... at least this part of the partner's. */
  readonly vocabularySmallFleetPercent: number;
  /** How long a device keeps its access when its version is blank, or was accepted before it had to be understood. */
  readonly unreadVersionDays: number;
}

export interface LimitRange {
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

/** What may be set: no setting makes bad news vanish at once, or a rule that closes many run without its brake. */
// biome-ignore format: columns
export const SIGNAL_LIMIT_RANGES: Readonly<Record<keyof SignalLimits, LimitRange>> = {
  badNewsDays:                 { default: 30, min: 1,  max: 365 },
  findingRaisesMinutes:        { default: 60, min: 5,  max: 1_440 },
  contestWithinSeconds:        { default: 5,  min: 1,  max: 60 },
  contestSeconds:              { default: 60, min: 10, max: 3_600 },
  holdDays:                    { default: 30, min: 1,  max: 365 },
  maxCandidates:               { default: 5,  min: 2,  max: 20 },
  vocabularyDevices:           { default: 20, min: 5,  max: 10_000 },
  vocabularyPercent:           { default: 2,  min: 1,  max: 50 },
  vocabularySmallFleetDevices: { default: 3,  min: 2,  max: 50 },
  vocabularySmallFleetPercent: { default: 50, min: 25, max: 100 },
  unreadVersionDays:           { default: 7,  min: 0,  max: 30 },
};

export const SIGNAL_LIMIT_NAMES = Object.keys(SIGNAL_LIMIT_RANGES) as readonly (keyof SignalLimits)[];

export const DEFAULT_SIGNAL_LIMITS: SignalLimits = signalLimitsOf({});

/** The limits with these values; what is absent, or outside of its range, has its default. */
export function signalLimitsOf(values: Readonly<Record<string, unknown>>): SignalLimits {
  return Object.fromEntries(
    SIGNAL_LIMIT_NAMES.map((name) => {
      const value = values[name];
      return [name, isAllowed(value, SIGNAL_LIMIT_RANGES[name]) ? value : SIGNAL_LIMIT_RANGES[name].default];
    }),
  ) as unknown as SignalLimits;
}

function isAllowed(value: unknown, { min, max }: LimitRange): value is number {
  return Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
}
