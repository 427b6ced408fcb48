import type { PartnerHints, UserHints } from '@sallyport/core';
import type { Catalogue } from '@sallyport/texts';
import type { AccessAnswer } from '../view/ports.ts';
import { shortenText } from '../platform/shorten-text.ts';
import { explainIn, inLines } from '../evidence/explanation.ts';
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
  message(fits: (text: string) => boolean): string;
}

export function doorText({ reasons, ...answer }: AccessAnswer, catalogue: Catalogue, view: HintsView): DoorText {
  // No gateway can ask for a second sign-in step and come back.
  const hints = { ...hintsOf({ reasons, ...answer }, view), canConfirm: false };
  const whole = explainIn(catalogue, reasons, hints);
  const { language, title, isFinal } = whole;
  const shortened = (most: number): string =>
    inLines(explainIn(catalogue, reasons, withShortAdvice(hints, language, most)));
  return {
    title,
    isFinal,
    message(fits) {
      const text = inLines(whole);
      if (fits(text)) return text;
      const fitting = SHORTER_ADVICE.find((most) => fits(shortened(most)));
      return fitting === undefined ? shortenText(shortened(0), language, fits) : shortened(fitting);
    },
  };
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
