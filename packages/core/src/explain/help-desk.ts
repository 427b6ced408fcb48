/** Whom people may ask, as the operator wrote it. */
export interface HelpDesk {
  /** What people know it by: "IT Service". */
  readonly name?: string | undefined;
  readonly phone?: string | undefined;
  readonly email?: string | undefined;
  /** An https address. */
  readonly url?: string | undefined;
}

/** Name and addresses, as far as they are known. */
export function waysToReach({ name, phone, email, url }: HelpDesk): readonly string[] {
  return [name, phone, email, url].filter((way) => way !== undefined && way !== '') as readonly string[];
}
