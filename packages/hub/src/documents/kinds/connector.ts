import { z } from 'zod';
import type { Connector, ConnectorPlatform, Platform } from '@sallyport/core';
import { defineDocument } from '../document-type.ts';
import { count, flag, ids, text } from './members.ts';

declare module '../../store/documents.ts' {
  interface DocumentKinds {
    mobileThreatDefenseConnector: true;
  }
}

/** A `mobileThreatDefenseConnector`; `integration`, `enrolmentGroupIds` and `matchDevicesByEmail` are ours. */
const body = z.looseObject({
  partnerDisplayName: text,
  integration: text,
  androidEnabled: flag,
  androidDeviceBlockedOnMissingPartnerData: flag,
  partnerMinimumSupportedAndroidVersion: text,
  iosEnabled: flag,
  iosDeviceBlockedOnMissingPartnerData: flag,
  partnerMinimumSupportedIosVersion: text,
  macEnabled: flag,
  macDeviceBlockedOnMissingPartnerData: flag,
  partnerMinimumSupportedMacVersion: text,
  windowsEnabled: flag,
  windowsDeviceBlockedOnMissingPartnerData: flag,
  partnerMinimumSupportedWindowsVersion: text,
  partnerUnsupportedOsVersionBlocked: flag,
  partnerUnresponsivenessThresholdInDays: count,
  enrolmentGroupIds: ids,
  matchDevicesByEmail: flag,
});

type ConnectorBody = z.infer<typeof body>;

/** `full` unless it says `basic`; silent after seven days unless it says otherwise. */
export function toConnector(stored: ConnectorBody, id: string): Connector {
  return {
    id,
    displayName: stored.partnerDisplayName ?? id,
    integration: stored.integration === 'basic' ? 'basic' : 'full',
    platforms: platformsOf(stored),
    unsupportedOsVersionBlocked: stored.partnerUnsupportedOsVersionBlocked,
    unresponsivenessThresholdDays: stored.partnerUnresponsivenessThresholdInDays ?? 7,
    enrolmentGroupIds: stored.enrolmentGroupIds,
    matchDevicesByEmail: stored.matchDevicesByEmail,
  };
}

function platformsOf(stored: ConnectorBody): Partial<Record<Platform, ConnectorPlatform>> {
  const on = (
    enabled: boolean,
    blockedOnMissingData: boolean,
    minimumVersion: string | undefined,
  ): ConnectorPlatform => ({ enabled, blockedOnMissingData, minimumVersion });
  return {
    android: on(
      stored.androidEnabled,
      stored.androidDeviceBlockedOnMissingPartnerData,
      stored.partnerMinimumSupportedAndroidVersion,
    ),
    iOS: on(stored.iosEnabled, stored.iosDeviceBlockedOnMissingPartnerData, stored.partnerMinimumSupportedIosVersion),
    macOS: on(stored.macEnabled, stored.macDeviceBlockedOnMissingPartnerData, stored.partnerMinimumSupportedMacVersion),
    windows: on(
      stored.windowsEnabled,
      stored.windowsDeviceBlockedOnMissingPartnerData,
      stored.partnerMinimumSupportedWindowsVersion,
    ),
  };
}

/** As if it were switched on for everything: devices of which its partner has said nothing are closed. */
function strictest(id: string): Connector {
  const everything: ConnectorPlatform = { enabled: true, blockedOnMissingData: true, minimumVersion: undefined };
  return {
    id,
    displayName: id,
    integration: 'full',
    platforms: { android: everything, iOS: everything, macOS: everything, windows: everything },
    unsupportedOsVersionBlocked: true,
    unresponsivenessThresholdDays: 7,
    enrolmentGroupIds: [],
    matchDevicesByEmail: false,
  };
}

export const connectorDocument = defineDocument({
  kind: 'mobileThreatDefenseConnector',
  name: 'connector',
  body,
  toRule: toConnector,
  unreadable: strictest,
  effectOf: () => 'fleet',
  isTold: true,
});
