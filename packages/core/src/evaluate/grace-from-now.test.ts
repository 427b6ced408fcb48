import { expect, test } from 'vitest';
import type { DeviceFacts } from '../vocabulary/device.ts';
import { graceOfPartnerRule, systemReportOf, UNREAD_GRACE_MS, UNREAD_SINCE, withTime } from './unread-grace.ts';

const NOW = Date.parse('2026-03-02T09:00:00Z');
const device: DeviceFacts = { id: 'd', platform: 'android', operatingSystem: 'Android', osVersion: 'fourteen', userId: undefined, lastSyncAt: NOW, enrolledAt: NOW };

test('the time that an unread version leaves is at most its length from now, also where it began by a clock that was ahead', () => {
  const report = systemReportOf(device, { [UNREAD_SINCE.version]: NOW + 60 * 86_400_000, [UNREAD_SINCE.limit]: NOW + 60 * 86_400_000 }, NOW);
  expect(graceOfPartnerRule(report)).toBe(NOW + UNREAD_GRACE_MS);
  expect(withTime(report, { setting: 'osMinimumVersion', state: 'nonCompliant' }, UNREAD_SINCE.limit).graceUntil).toBe(NOW + UNREAD_GRACE_MS);
});
