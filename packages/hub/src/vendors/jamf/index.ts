import { showsSecret } from '../kit/header-secret.ts';
import type { Vendor } from '../vendor.ts';
import { isRecord } from '../kit/wire-read.ts';
import { JAMF_CATEGORIES } from './categories.ts';
import { connectJamf } from './connection.ts';
import { normaliseJamf } from './normalise.ts';
import { jamfSettings } from './settings.ts';

export const jamf: Vendor = {
  id: 'jamf',
  displayName: 'Jamf Security Cloud (Wandera)',
  connectorId: '1f58d6d2-02cc-4c80-b008-1bfe7396a10a',
  settings: jamfSettings,
  format: 'jamf-security-cloud',
  categories: JAMF_CATEGORIES,
  normalise: normaliseJamf,
  connect: (settings, tools) => connectJamf(jamfSettings.parse(settings), tools),
  receive: {
    verify: (headers, settings) => showsSecret(headers, jamfSettings.parse(settings)),
    records: (body) => (Array.isArray(body) ? body : isRecord(body) ? [body] : undefined),
  },
};
