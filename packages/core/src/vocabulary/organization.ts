import type { HelpDesk } from '../explain/help-desk.ts';

/** What the operator says of the organisation, for texts that people read. */
export interface Organization {
  readonly helpDesk: HelpDesk;
  /** IANA name of the zone that times are told in. */
  readonly timeZone: string;
  /** The name of the device management's app as people see it on the phone, e.g. "Company Portal". */
  readonly managementApp?: string | undefined;
}
