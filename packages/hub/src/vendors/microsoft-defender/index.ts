import type { Vendor } from '../vendor.ts';
import { connectDefender } from './connection.ts';
import { normaliseDefender } from './normalise.ts';
import { defenderSettings } from './settings.ts';

export const microsoftDefender: Vendor = {
  id: 'microsoft-defender',
  displayName: 'Microsoft Defender for Endpoint',
  connectorId: 'fc780465-2017-40d4-a0c5-307022471b92',
  settings: defenderSettings,
  format: 'microsoft-defender',
  normalise: normaliseDefender,
  connect: (settings, tools) => connectDefender(defenderSettings.parse(settings), tools),
};
