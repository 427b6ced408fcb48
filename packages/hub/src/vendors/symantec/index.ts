import { showsSecret } from '../kit/header-secret.ts';
import type { Vendor } from '../vendor.ts';
import { SYMANTEC_CATEGORIES } from './categories.ts';
import { connectSymantec } from './connection.ts';
import { normaliseSymantec } from './normalise.ts';
import { symantecSettings } from './settings.ts';
import { incidentsIn } from './wire.ts';

/** Symantec Endpoint Security, and SEP Mobile that came from Skycure. */
export const symantec: Vendor = {
  id: 'symantec',
  displayName: 'Symantec Endpoint Protection Mobile',
  connectorId: '28fd67fd-b179-4629-a8b0-dad420b697c7',
  settings: symantecSettings,
  format: 'symantec',
  categories: SYMANTEC_CATEGORIES,
  normalise: (raw, connectorId, receivedAt, settings) =>
    normaliseSymantec(raw, connectorId, receivedAt, symantecSettings.parse(settings)),

  connect(settings, tools) {
    const { apiUrl, clientId, clientSecret, ...meaning } = symantecSettings.parse(settings);
    if (clientId === undefined || clientSecret === undefined) return undefined;
    return connectSymantec({ apiUrl, clientId, clientSecret }, meaning, tools);
  },

  receive: {
    verify: (headers, settings) => showsSecret(headers, symantecSettings.parse(settings)),
    records: incidentsIn,
  },
};
