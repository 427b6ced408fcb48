/**
 * Where a vendor shows a threat, as administrators may be offered it to click on: an https address without a
 * user name, written as browsers write it. `undefined` for anything else.
 */
export function consoleLink(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > LONGEST || !URL.canParse(value)) return undefined;
  const { protocol, username, password, href } = new URL(value);
  return protocol === 'https:' && username === '' && password === '' && href.length <= LONGEST ? href : undefined;
}

const LONGEST = 2048;
