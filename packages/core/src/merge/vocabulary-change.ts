/** More devices than this that hold one unknown value, and more than this part of the partner's, are no coincidence. */
const MANY = 20;
const PART = 0.02;
/** In a small fleet: at least half of its devices, and at least so many. */
const FEW = 3;

/**
 * Whether one unknown value of a vendor's is a change of its vocabulary, which says nothing about a device, and not a
 * statement about the devices that hold it (docs/decisions/0001). It does not matter how slowly it came.
 * @param holding devices whose state is unknown now because of the value
 * @param ofPartner all devices that the partner reports about
 */
export function isVocabularyChange(holding: number, ofPartner: number): boolean {
  return (holding > MANY && holding > PART * ofPartner) || (holding >= FEW && 2 * holding >= ofPartner);
}
