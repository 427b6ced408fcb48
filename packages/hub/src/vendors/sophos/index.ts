import type { Vendor } from '../vendor.ts';
import { SOPHOS_CATEGORIES } from './categories.ts';
import { connectSophos } from './connection.ts';
import { normaliseSophos } from './normalise.ts';
import { sophosSettings } from './settings.ts';

export const sophos: Vendor = {
  id: 'sophos',
  displayName: 'Sophos Mobile',
  connectorId: '870b252b-0ef0-4707-8847-50fc571472b3',
  settings: sophosSettings,
  format: 'sophos-central',
  categories: SOPHOS_CATEGORIES,
  normalise: normaliseSophos,
  connect: (settings, tools) => connectSophos(sophosSettings.parse(settings), tools),
};
