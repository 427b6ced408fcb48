import { z } from 'zod';
import type { ComplianceSettings } from '@sallyport/core';
import { defineDocument } from '../document-type.ts';
import { count, flag } from './members.ts';

declare module '../../store/documents.ts' {
  interface DocumentKinds {
    deviceManagementSettings: true;
  }
}

/** The one document of its kind. */
export const SETTINGS_ID = 'default';

const body = z.looseObject({ secureByDefault: flag, deviceComplianceCheckinThresholdDays: count });

function toSettings(stored: z.infer<typeof body>): ComplianceSettings {
  return {
    secureByDefault: stored.secureByDefault,
    checkinThresholdDays: stored.deviceComplianceCheckinThresholdDays ?? DEFAULT_SETTINGS.checkinThresholdDays,
  };
}

/** Graph's, where nothing was ever set. */
export const DEFAULT_SETTINGS: ComplianceSettings = { secureByDefault: false, checkinThresholdDays: 30 };

/** Graph's `deviceManagementSettings`. */
export const managementSettingsDocument = defineDocument({
  kind: 'deviceManagementSettings',
  name: 'device management settings',
  body,
  toRule: toSettings,
  unreadable: (): ComplianceSettings => ({ secureByDefault: true, checkinThresholdDays: 1 }),
  effectOf: () => 'fleet',
  isTold: true,
});
