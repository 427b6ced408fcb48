import type { PartnerHints, UserHints } from '@sallyport/core';
import type { Catalogue, Segment } from '@sallyport/texts';
import type { AccessAnswer } from '../view/ports.ts';
import { shortenText } from '../platform/shorten-text.ts';
import { explainIn, inLines, textOf, titleOf } from '../evidence/explanation.ts';
import { hintsOf, type HintsView } from '../evidence/user-hints.ts';

/** Characters of each partner's own advice, where the message would be too long for the gateway otherwise. */
const SHORTER_ADVICE = [200, 120, 60, 0] as const;

/** What the person in front of a gateway reads. */
export interface DoorText {
  /** What is so, in a few words. */
  readonly title: string;
  /** The person is sent to the help desk and nowhere else, so that a page of general steps would lead astray. */
  readonly isFinal: boolean;
  /**
   * What stands below the title, as long as `fits` allows. What partners advise is shortened first, each at the end of a
   * sentence: our own words say how access comes back.
   */
  message(fits: (message: readonly Segment[]) => boolean): readonly Segment[];
}

export function doorText({ reasons, ...answer }: AccessAnswer, catalogue: Catalogue, view: HintsView): DoorText {
  // No gateway can ask for a second sign-in step and come back.
  const hints = { ...hintsOf({ reasons, ...answer }, view), canConfirm: false };
  const whole = explainIn(catalogue, reasons, hints);
  const { language, isFinal } = whole;
  const shortened = (most: number): readonly Segment[] =>
    inLines(explainIn(catalogue, reasons, withShortAdvice(hints, language, most)));
  return {
    title: titleOf(whole),
    isFinal,
    message(fits) {
      const message = inLines(whole);
      if (fits(message)) return message;
      const fitting = SHORTER_ADVICE.find((most) => fits(shortened(most)));
      return fitting === undefined ? beginningOf(shortened(0), language, fits) : shortened(fitting);
    },
  };
}

function beginningOf(
  segments: readonly Segment[],
  language: string,
  fits: (message: readonly Segment[]) => boolean,
): readonly Segment[] {
  return within(
    segments,
    shortenText(textOf(segments), language, (text) => fits(within(segments, text))),
  );
}

/** The segments as far as a beginning of their text goes. */
function within(segments: readonly Segment[], beginning: string): readonly Segment[] {
  let end = 0;
  return segments
    .map(({ text, isForeign }) => ({ text: beginning.slice(end, (end += text.length)), isForeign }))
    .filter(({ text }) => text !== '');
}

function withShortAdvice(hints: UserHints, language: string, most: number): UserHints {
  const shortened = ({ finding, ...partner }: PartnerHints): PartnerHints => ({
    ...partner,
    finding: finding && {
      ...finding,
      recommendedAction: shortenText(finding.recommendedAction ?? '', language, (text) => text.length <= most),
    },
  });
  return {
    ...hints,
    partners: Object.fromEntries(Object.entries(hints.partners ?? {}).map(([id, partner]) => [id, shortened(partner)])),
  };
}
