/**
 * How text is made comparable, once, here and in JavaScript, so that both databases agree on it: SQLite folds
 * only ASCII and PostgreSQL as its locale says. NUL is dropped because PostgreSQL keeps none.
 */
export function foldText(value: string): string {
  return value.toLowerCase().replaceAll('\0', '');
}

/**
 * As `foldText` for what names a device; `null` for what names nothing. `kind`, a type of key or the property of that
 * name, tells which spellings mean the same: an IMEI has its separators and its check digit or not, a UDID its hyphen.
 */
export function foldKey(value: string, kind?: string): string | null {
  const folded = foldText(value).trim();
  if (folded === '') return null;
  if (kind === 'imei') return foldImei(folded);
  return kind === 'udid' ? folded.replace(/^([0-9a-f]{8})-?([0-9a-f]{16})$/, '$1-$2') : folded;
}

/** With its check digit: 14 digits come without, and 16 have the version of the software instead (3GPP TS 23.003, 6.2). */
function foldImei(value: string): string {
  const digits = value.replace(/[ /.-]/g, '');
  if (!/^(?:\d{14}|\d{16})$/.test(digits)) return /^\d{15}$/.test(digits) ? digits : value;
  const device = digits.slice(0, 14);
  return `${device}${checkDigitOf(device)}`;
}

/** ISO/IEC 7812-1, annex B. */
function checkDigitOf(digits: string): number {
  const sum = [...digits].reduce((total, digit, i) => {
    const doubled = i % 2 === 1 ? Number(digit) * 2 : Number(digit);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return (10 - (sum % 10)) % 10;
}
