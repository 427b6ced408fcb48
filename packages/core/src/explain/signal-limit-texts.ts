import { SIGNAL_LIMIT_NAMES, SIGNAL_LIMIT_RANGES, type SignalLimits } from '../vocabulary/signal-limits.ts';

type Unit = 'days' | 'minutes' | 'seconds' | 'devices' | '%';

/** One limit in words for administrators. */
export interface SignalLimitText {
  readonly label: string;
  readonly unit: Unit;
  readonly meaning: string;
  /** On which side of its default the limit opens more. */
  readonly opens: 'below' | 'above';
  /** What that opens, in words that follow the value. */
  readonly opening: string;
}

export const SIGNAL_LIMIT_TEXTS: Readonly<Record<keyof SignalLimits, SignalLimitText>> = {
  badNewsDays: {
    label: 'Bad news without contact',
    unit: 'days',
    opens: 'below',
    opening: 'a device that was bad and is heard of no more opens sooner',
    meaning:
      'How long what was reported worse than secured stays while nothing newer is reported: since contact with the device is lost; since its partner ' +
      "fell silent, under keepWorse (never shorter than the partner's threshold); since a partner without a threshold withdrew.",
  },
  findingRaisesMinutes: {
    label: 'Finding newer than the posture',
    unit: 'minutes',
    opens: 'below',
    opening: "a new finding that the partner's posture does not show yet closes for a shorter time",
    meaning:
      'How long a finding raises the posture that its partner reported before it, unless the next posture comes first.',
  },
  contestWithinSeconds: {
    label: 'Contradictory states, apart',
    unit: 'seconds',
    opens: 'below',
    opening: 'bad news that a clock a little behind dates before good news is more often lost',
    meaning:
      'A worse state that was observed at most so long before a better one, and received after it, counts beside it.',
  },
  contestSeconds: {
    label: 'Contradictory states, counted for',
    unit: 'seconds',
    opens: 'below',
    opening: 'the worse of two contradictory states closes for a shorter time',
    meaning: 'For how long such a worse state counts.',
  },
  holdDays: {
    label: 'Held bad news',
    unit: 'days',
    opens: 'below',
    opening: 'bad news that may be about several devices is dropped sooner',
    meaning:
      'How long bad news that may be about several devices is held against each of them without a further report of it.',
  },
  maxCandidates: {
    label: 'Devices of one key',
    unit: 'devices',
    opens: 'below',
    opening: 'bad news by a key that more devices carry closes none of them',
    meaning:
      'The most devices that bad news is held against, and that one serial number, UDID or IMEI may stand for. ' +
      'A key that more devices carry identifies nobody.',
  },
  vocabularyDevices: {
    label: 'New value, more devices than',
    unit: 'devices',
    opens: 'below',
    opening: "an unknown value is sooner taken for a new word of the vendor's, and disregarded",
    meaning:
      "An unknown value about protection is disregarded, as a change of the vendor's vocabulary, where more devices than this hold it, " +
      'and more than vocabularyPercent.',
  },
  vocabularyPercent: {
    label: 'New value, more of a fleet than',
    unit: '%',
    opens: 'below',
    opening: "an unknown value is sooner taken for a new word of the vendor's, and disregarded",
    meaning: 'See vocabularyDevices: a part of the devices that the partner reports about.',
  },
  vocabularySmallFleetDevices: {
    label: 'New value in a small fleet, devices',
    unit: 'devices',
    opens: 'below',
    opening: "an unknown value is sooner taken for a new word of the vendor's, and disregarded",
    meaning:
      'It is disregarded as well where at least so many devices hold it, and at least vocabularySmallFleetPercent.',
  },
  vocabularySmallFleetPercent: {
    label: 'New value in a small fleet, part',
    unit: '%',
    opens: 'below',
    opening: "an unknown value is sooner taken for a new word of the vendor's, and disregarded",
    meaning: 'See vocabularySmallFleetDevices.',
  },
  unreadVersionDays: {
    label: 'Version that is not understood',
    unit: 'days',
    opens: 'above',
    opening: 'a device whose version nobody knows keeps its access for longer',
    meaning:
      'How long a device keeps its access while its version is blank, or was accepted before versions had to be understood. 0: not at all.',
  },
};

/** What limits other than the defaults open, one sentence each. */
export function openingLimits(limits: SignalLimits): readonly string[] {
  return SIGNAL_LIMIT_NAMES.flatMap((name) => {
    const { default: usual } = SIGNAL_LIMIT_RANGES[name];
    const { opens, opening, unit } = SIGNAL_LIMIT_TEXTS[name];
    const value = limits[name];
    if (opens === 'below' ? value >= usual : value <= usual) return [];
    return [`${name} is ${amountOf(value, unit)} instead of ${amountOf(usual, unit)}: ${opening}.`];
  });
}

/** "30 days", "1 day", "2 %". */
export function amountOf(value: number, unit: Unit): string {
  return `${value} ${value === 1 && unit !== '%' ? unit.slice(0, -1) : unit}`;
}
