import type { OpenFinding } from '../vocabulary/signal.ts';
import type { HelpDesk } from './help-desk.ts';
import type { DeviceNoun } from './device-noun.ts';

/** What makes a text concrete, where the caller knows it. */
export interface UserHints {
  /** Of the partners that reasons name, by the id of their connector. */
  readonly partners?: Readonly<Record<string, PartnerHints>> | undefined;
  /** Somebody may be watching this device (`mayBeWatched`): nothing of what was found is named on it. */
  readonly watched?: boolean | undefined;
  readonly device?: DeviceNoun | undefined;
  /** The name of the device management's app as the person sees it, e.g. "Company Portal". */
  readonly managementApp?: string | undefined;
  readonly helpDesk?: HelpDesk | undefined;
  /** The person's, an IANA name; UTC where it is not known. */
  readonly timeZone?: string | undefined;
  /** false: where the person stands, no second sign-in step can be taken. */
  readonly canConfirm?: boolean | undefined;
}

export interface PartnerHints {
  /** The name of the partner's app as the person sees it, e.g. "Lookout for Work". */
  readonly appName?: string | undefined;
  /** The worst finding behind the reason. */
  readonly finding?: Pick<OpenFinding, 'category' | 'title' | 'recommendedAction'> | undefined;
}
