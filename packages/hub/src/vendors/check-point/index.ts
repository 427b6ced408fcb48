import type { Vendor } from '../vendor.ts';
import { CHECK_POINT_CATEGORIES } from './categories.ts';
import { connectCheckPoint } from './connection.ts';
import { normaliseCheckPoint } from './normalise.ts';
import { checkPointSettings } from './settings.ts';

export const checkPoint = {
  id: 'check-point',
  displayName: 'Check Point Harmony Mobile',
  connectorId: 'd3ddeae8-441f-4681-b80f-aef644f7195a',
  settings: checkPointSettings,
  format: 'check-point-harmony-mobile',
  categories: CHECK_POINT_CATEGORIES,
  normalise: normaliseCheckPoint,
  connect: (settings, tools) => connectCheckPoint(checkPointSettings.parse(settings), tools),
} satisfies Vendor;
