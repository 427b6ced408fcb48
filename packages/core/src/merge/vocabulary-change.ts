import type { SignalLimits } from '../vocabulary/signal-limits.ts';

/**
 * Whether one unknown value of a vendor's is a change of its vocabulary, which says nothing about a device, and not a
 * statement about the devices that hold it (docs/decisions/0001): so many devices are no coincidence. It does not matter how
 * slowly it came.
 * @param holding devices whose state is unknown now because of the value
 * @param ofPartner all devices that the partner reports about
 */
export function isVocabularyChange(holding: number, ofPartner: number, limits: SignalLimits): boolean {
  const percent = (100 * holding) / ofPartner;
  return (
    (holding > limits.vocabularyDevices && percent > limits.vocabularyPercent) ||
    (holding >= limits.vocabularySmallFleetDevices && percent >= limits.vocabularySmallFleetPercent)
  );
}
