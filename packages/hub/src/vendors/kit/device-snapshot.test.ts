import { expect, test } from 'vitest';
import { readSnapshot } from './device-snapshot.ts';

test.each([null, 7, {}, { takenAt: 'yesterday', device: {} }, { takenAt: '2026-03-01T08:00:00Z', device: [] }])(
  '%j is no snapshot',
  (raw) => {
    expect(readSnapshot(raw)).toBeUndefined();
  },
);
