import type { Vendor } from '../vendor.ts';
import { LOOKOUT_CATEGORIES } from './categories.ts';
import { connectLookout } from './connection.ts';
import { normaliseLookout } from './normalise.ts';
import { lookoutSettings } from './settings.ts';

export const lookout: Vendor = {
  id: 'lookout',
  displayName: 'Lookout',
  connectorId: '2c7790de-8b02-4814-85cf-e0c59380dee8',
  settings: lookoutSettings,
  format: 'lookout-mra',
  categories: LOOKOUT_CATEGORIES,
  normalise: normaliseLookout,
  connect: (settings, tools) => connectLookout(lookoutSettings.parse(settings), tools),
};
