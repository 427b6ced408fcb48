import { expect, test } from 'vitest';
import type { DeviceFacts } from '../vocabulary/device.ts';
import { DEFAULT_SIGNAL_LIMITS } from '../vocabulary/signal-limits.ts';
import { graceOfPartnerRule, systemReportOf, UNREAD_SINCE, withTime } from './unread-grace.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-03-02T09:00:00Z');
const device: DeviceFacts = {
  id: 'd',
  platform: 'android',
  operatingSystem: 'Android',
  osVersion: 'fourteen',
  userId: undefined,
  lastSyncAt: NOW,
  enrolledAt: NOW,
};

test('the time that an unread version leaves is at most its length from now, also where it began by a clock that was ahead', () => {
  const report = systemReportOf(
    device,
    { [UNREAD_SINCE.version]: NOW + 60 * DAY, [UNREAD_SINCE.limit]: NOW + 60 * DAY },
    NOW,
    DEFAULT_SIGNAL_LIMITS,
  );
  expect(graceOfPartnerRule(report)).toBe(NOW + 7 * DAY);
  expect(withTime(report, { setting: 'osMinimumVersion', state: 'nonCompliant' }, UNREAD_SINCE.limit).graceUntil).toBe(
    NOW + 7 * DAY,
  );
});
