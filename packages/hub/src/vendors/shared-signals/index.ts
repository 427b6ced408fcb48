import type { Vendor } from '../vendor.ts';
import { ANY_CONNECTOR } from '../vendor.ts';
import { SHARED_SIGNALS_CATEGORIES } from './categories.ts';
import { connectSharedSignals } from './connection.ts';
import { normaliseSharedSignals } from './normalise.ts';
import { addressesCalled, sharedSignalsSettings } from './settings.ts';
import { verifierOf } from './verifiers.ts';

/** Any transmitter of OpenID Shared Signals; by push it comes in at the route in `intake/ssf`. */
export const sharedSignals: Vendor = {
  id: 'shared-signals',
  displayName: 'OpenID Shared Signals',
  connectorId: ANY_CONNECTOR,
  settings: sharedSignalsSettings,
  format: 'set',
  categories: SHARED_SIGNALS_CATEGORIES,
  pushPath: '/ssf',
  normalise: normaliseSharedSignals,
  connect: (settings, tools) =>
    connectSharedSignals(sharedSignalsSettings.parse(settings), verifierOf(settings, tools), tools),
  async fetchKeys(settings, tools) {
    const { keys } = await verifierOf(settings, tools).transmitter.fetchKeysNow();
    return keys.map(({ kid, kty }) => ({ keyId: kid ?? null, keyType: kty ?? '' }));
  },
  addressesCalled: (settings) => addressesCalled(sharedSignalsSettings.parse(settings)),
};
