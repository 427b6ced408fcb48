/**
 * How text is made comparable, once, here and in JavaScript, so that both databases agree on it: SQLite folds
 * only ASCII and PostgreSQL as its locale says. NUL is dropped because PostgreSQL keeps none.
 */
export function foldText(value: string): string {
  return value.toLowerCase().replaceAll('\0', '');
}

/** As `foldText` for what names a device; `null` for what names nothing. */
export function foldKey(value: string): string | null {
  const folded = foldText(value).trim();
  return folded === '' ? null : folded;
}
