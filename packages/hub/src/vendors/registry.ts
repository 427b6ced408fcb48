import { better } from './better/index.ts';
import { checkPoint } from './check-point/index.ts';
import { genericWebhook } from './generic-webhook/index.ts';
import { jamf } from './jamf/index.ts';
import { lookout } from './lookout/index.ts';
import { microsoftDefender } from './microsoft-defender/index.ts';
import { pradeo } from './pradeo/index.ts';
import { sharedSignals } from './shared-signals/index.ts';
import { sophos } from './sophos/index.ts';
import { symantec } from './symantec/index.ts';
import { syslogCef } from './syslog-cef/index.ts';
import type { Vendor } from './vendor.ts';
import { zimperium } from './zimperium/index.ts';

/** All vendors whose own format the hub speaks. Every other one can use the partner API. */
export const VENDORS: readonly Vendor[] = [
  lookout,
  zimperium,
  checkPoint,
  symantec,
  pradeo,
  better,
  sophos,
  jamf,
  microsoftDefender,
  genericWebhook,
  syslogCef,
  sharedSignals,
];

export function vendorById(id: string): Vendor | undefined {
  return VENDORS.find((vendor) => vendor.id === id);
}
