import { showsSecret } from '../kit/header-secret.ts';
import type { Vendor } from '../vendor.ts';
import { isRecord } from '../kit/wire-read.ts';
import { PRADEO_CATEGORIES } from './categories.ts';
import { connectPradeo } from './connection.ts';
import { withoutSecrets } from './drop-secrets.ts';
import { normalisePradeo } from './normalise.ts';
import { apiOf, pradeoSettings } from './settings.ts';

export const pradeo: Vendor = {
  id: 'pradeo',
  displayName: 'Pradeo',
  connectorId: '8d0ed095-8191-4bd3-8a41-953b22d51ff7',
  settings: pradeoSettings,
  format: 'pradeo-events',
  categories: PRADEO_CATEGORIES,
  normalise: (raw, connectorId, receivedAt, settings) =>
    normalisePradeo(raw, connectorId, receivedAt, pradeoSettings.parse(settings)),
  connect: (settings, tools) => {
    const api = apiOf(pradeoSettings.parse(settings));
    return api === undefined ? undefined : connectPradeo(api, tools);
  },

  receive: {
    verify: (headers, settings) => showsSecret(headers, pradeoSettings.parse(settings)),
    // Here and not later: what passes is kept as it is.
    records: (body) => recordsIn(body)?.map((event: unknown) => withoutSecrets(event)),
  },
};

/** Events, or devices as the REST API gives them: one, a list, or an answer of it. */
function recordsIn(body: unknown): readonly unknown[] | undefined {
  if (Array.isArray(body)) return body;
  if (!isRecord(body)) return undefined;
  return Array.isArray(body.items) ? body.items : [body];
}
