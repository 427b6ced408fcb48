import { showsSecret } from '../kit/header-secret.ts';
import type { Vendor } from '../vendor.ts';
import { isRecord } from '../kit/wire-read.ts';
import { ZIMPERIUM_CATEGORIES } from './categories.ts';
import { connectZimperium } from './connection.ts';
import { normaliseZimperium } from './normalise.ts';
import { zimperiumSettings } from './settings.ts';

export const zimperium: Vendor = {
  id: 'zimperium',
  displayName: 'Zimperium',
  connectorId: '08a8455c-48dd-45ff-ad82-7211355354f3',
  settings: zimperiumSettings,
  format: 'zimperium',
  categories: ZIMPERIUM_CATEGORIES,
  normalise: normaliseZimperium,

  connect(settings, tools) {
    const { consoleUrl, clientId, clientSecret, pollMinutes } = zimperiumSettings.parse(settings);
    if (consoleUrl === undefined || clientId === undefined || clientSecret === undefined) return undefined;
    return connectZimperium({ consoleUrl, clientId, clientSecret }, pollMinutes, tools);
  },

  receive: {
    verify: (headers, settings) => showsSecret(headers, zimperiumSettings.parse(settings)),
    records: (body) => (Array.isArray(body) ? body : isRecord(body) ? [body] : undefined),
  },
};
