import { showsSecret } from '../header-secret.ts';
import type { Vendor } from '../vendor.ts';
import { isRecord } from '../wire-read.ts';
import { PRADEO_CATEGORIES } from './categories.ts';
import { withoutSecrets } from './drop-secrets.ts';
import { normalisePradeo } from './normalise.ts';
import { pradeoSettings } from './settings.ts';

export const pradeo: Vendor = {
  id: 'pradeo',
  displayName: 'Pradeo',
  connectorId: '8d0ed095-8191-4bd3-8a41-953b22d51ff7',
  settings: pradeoSettings,
  format: 'pradeo-events',
  categories: PRADEO_CATEGORIES,
  normalise: (raw, connectorId, receivedAt, settings) => normalisePradeo(raw, connectorId, receivedAt, pradeoSettings.parse(settings)),

  receive: {
    verify: (headers, settings) => showsSecret(headers, pradeoSettings.parse(settings)),
    // Here and not later: what passes is kept as it is.
    records: (body) => (Array.isArray(body) ? body : isRecord(body) ? [body] : undefined)?.map((event: unknown) => withoutSecrets(event)),
  },
};
