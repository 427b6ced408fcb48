import type { Wording } from './text.ts';

/** Whom people may ask, as the operator wrote it. */
export interface HelpDesk {
  /** What people know it by: "IT Service". */
  readonly name?: string | undefined;
  readonly phone?: string | undefined;
  readonly email?: string | undefined;
  /** An https address. */
  readonly url?: string | undefined;
}

/** "Help desk: IT Service, +46 8 123 45 67"; `undefined` where nothing is known. */
export function helpDeskLine(desk: HelpDesk | undefined, wording: Pick<Wording, 'helpDesk'>): string | undefined {
  const ways = [desk?.name, desk?.phone, desk?.email, desk?.url].filter((way) => way !== undefined && way !== '');
  return ways.length === 0 ? undefined : `${wording.helpDesk}: ${ways.join(', ')}`;
}
