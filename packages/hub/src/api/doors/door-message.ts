import { explainForUser, inLines } from '@sallyport/core';
import type { Language, PartnerHints, UserHints } from '@sallyport/core';
import type { AccessAnswer } from '../../pipeline/ports.ts';
import { shortenText } from '../../platform/shorten-text.ts';
import { hintsOf, type HintsView } from '../access/user-hints.ts';

/** Characters of each partner's own advice, where the message would be too long for the gateway otherwise. */
const SHORTER_ADVICE = [200, 120, 60, 0] as const;

/** What is so, in a few words. */
export function doorTitle(answer: AccessAnswer, language: Language, view: HintsView): string {
  return explainForUser(answer.reasons, language, hintsOf(answer, view)).title;
}

/**
 * What the person in front of a gateway reads below the title, as long as `fits` allows. What partners advise is shortened first, each at
 * the end of a sentence: our own words after it say how access comes back.
 */
export function doorMessage(answer: AccessAnswer, language: Language, view: HintsView, fits: (text: string) => boolean): string {
  // No gateway can ask for a second sign-in step and come back.
  const hints = { ...hintsOf(answer, view), canConfirm: false };
  const explained = (most?: number): string =>
    inLines(explainForUser(answer.reasons, language, most === undefined ? hints : withShortAdvice(hints, language, most)));
  const whole = explained();
  if (fits(whole)) return whole;
  const fitting = SHORTER_ADVICE.find((most) => fits(explained(most)));
  return fitting === undefined ? shortenText(explained(0), language, fits) : explained(fitting);
}

function withShortAdvice(hints: UserHints, language: Language, most: number): UserHints {
  const shortened = ({ finding, ...partner }: PartnerHints): PartnerHints => ({
    ...partner,
    finding: finding && { ...finding, recommendedAction: shortenText(finding.recommendedAction ?? '', language, (text) => text.length <= most) },
  });
  return { ...hints, partners: Object.fromEntries(Object.entries(hints.partners ?? {}).map(([id, partner]) => [id, shortened(partner)])) };
}
