import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Platform } from '../vocabulary/platforms.ts';
import { compareVersions, readDeviceVersion, readVersionLimit, settledVersionLimit } from './os-version.ts';

describe('a limit', () => {
  test.each([
    ['17', [17]],
    ['17.4', [17, 4]],
    ['10.0.19045.3803', [10, 0, 19045, 3803]],
    [' 8.1.0 ', [8, 1, 0]],
    ['09', [9]],
  ])('%j is read', (text, parts) => {
    expect(readVersionLimit(text)).toEqual(parts);
  });

  test.each([
    '',
    ' ',
    '26.3.1 (a)',
    '22H30',
    '20E772520a',
    '17.x',
    '17.',
    '.17',
    '17..2',
    'v17',
    'iOS 17',
    '17,2',
    '17.2 beta',
    '-1',
    '+17',
    '1e3',
    '0x11',
    '17.2\n18',
    '１７',
    '20240105',
    '2026.1',
    '1.2.3.4.5.6.7',
    `1.${'9'.repeat(20)}`,
    '9'.repeat(100_000),
    '1.'.repeat(100_000),
  ])('%j is refused', (text) => expect(readVersionLimit(text)).toBeUndefined());
});

test.each([
  ['17.2\n', '17.2'],
  [' 17 ', '17'],
  ['22.04', '22.04'],
  ['0.9', '0.9'],
  ['015.0', undefined],
  ['00.1', undefined],
  ['17.x', undefined],
  ['17.2\n18', undefined],
])('the limit %j is stored as %j', (text, limit) => {
  expect(settledVersionLimit(text)).toBe(limit);
});

describe('the version of a device', () => {
  test.each<[Platform, string, readonly number[]]>([
    ['iOS', '17.2', [17, 2]],
    ['iOS', '13.3.1 (a)', [13, 3, 1]],
    ['iOS', '16.7.2 (20H115)', [16, 7, 2]],
    ['iOS', '16.7.2 20H115', [16, 7, 2]],
    ['iOS', 'iOS 17.2', [17, 2]],
    ['iOS', 'iPhone OS 17.2', [17, 2]],
    ['iOS', 'iPadOS 17.5.1 (21F90)', [17, 5, 1]],
    ['iOS', '18.0 beta 3', [18, 0]],
    ['iOS', '18.0 (beta)', [18, 0]],
    ['iOS', '18 RC 2', [18]],
    ['iOS', 'Version 17.2 (Build 21C62)', [17, 2]],
    ['iOS', 'v17.2', [17, 2]],
    ['iOS', ' 17.2. ', [17, 2]],
    ['iOS', '17.2 (17.2)', [17, 2]],
    ['android', '14', [14]],
    ['android', '16 (2026-05-01)', [16]],
    ['android', 'Android 13 (2023-01-05)', [13]],
    ['android', '14 2024-01-05', [14]],
    ['android', 'Android 14, security patch 2024-05-01', [14]],
    ['android', '14 (API 34)', [14]],
    ['android', 'Android 14 UP1A.231005.007', [14]],
    ['android', '14/UP1A.231005.007/2024-01-05', [14]],
    ['android', 'Android 14 (One UI 6.1)', [14]],
    ['android', 'Android 15 Beta 2', [15]],
    ['android', '14 QPR 2', [14]],
    ['android', '14 (Upside Down Cake)', [14]],
    ['android', 'Tiramisu 13', [13]],
    ['android', '8.1.0', [8, 1, 0]],
    ['macOS', 'macOS Sonoma 14.2.1 (23C71)', [14, 2, 1]],
    ['macOS', 'Mac OS X 10.15.7', [10, 15, 7]],
    ['macOS', 'macOS 14.2.1 (Build 23C71)', [14, 2, 1]],
    ['windows', '10.0.22621.1', [10, 0, 22621, 1]],
    ['windows', 'Windows 11 Pro 10.0.22621.1', [10, 0, 22621, 1]],
    ['windows', 'Microsoft Windows 11 10.0.22621.1', [10, 0, 22621, 1]],
    ['windows', 'Windows 10 Enterprise LTSC 2021 10.0.19044.1', [10, 0, 19044, 1]],
    ['windows', 'Windows 11 (10.0.22631)', [10, 0, 22631]],
    ['windows', 'Windows Server 2019 10.0.17763', [10, 0, 17763]],
    ['windows', 'Windows 10 22H2', [10]],
    ['windows', '6.1.7601', [6, 1, 7601]],
    ['linux', 'Ubuntu 22.04.3 LTS', [22, 4, 3]],
  ])('on %s, %j is read', (platform, text, parts) => expect(readDeviceVersion(platform, text)).toEqual(parts));

  test.each<[Platform, string]>([
    ['iOS', '17 .2'],
    ['iOS', '15 .0.1'],
    ['iOS', '17. 2'],
    ['iOS', '17 ..2'],
    ['windows', '10.0.22621 .1'],
    ['iOS', 'unknown'],
    ['iOS', 'n/a'],
    ['iOS', '-'],
    ['iOS', '17.x'],
    ['iOS', '17,2'],
    ['iOS', '17 or 18'],
    ['iOS', '17.2 / 18.0'],
    ['iOS', '21C62'],
    ['iOS', 'Build 21C62'],
    ['iOS', '17..2'],
    ['iOS', '2026'],
    ['iOS', '20240105'],
    ['iOS', '2024-01-05'],
    ['iOS', 'Android 14'],
    ['iOS', '9'.repeat(20)],
    ['iOS', '17.2'.padEnd(200)],
    ['iOS', 'beta 3'],
    ['iOS', 'iPhone14,3 17.2'],
    ['android', 'MIUI 14'],
    ['android', 'kernel 6.1'],
    ['android', 'One UI 6.1'],
    ['android', 'API 34'],
    ['android', 'Foo 14'],
    ['android', '14 (15)'],
    ['android', '14 FooOS 2'],
    ['android', 'iOS 17'],
    ['windows', 'Windows 11'],
    ['windows', '11'],
    ['windows', 'Windows 11 Pro 22H2'],
    ['windows', 'Windows Server 2022'],
    ['windows', '10.0.19045.1 10.0.22631.1'],
    ['windows', '22H2'],
  ])('on %s, %j is not understood', (platform, text) => expect(readDeviceVersion(platform, text)).toBe('unreadable'));

  test.each(['', ' ', '\t'])('%j is not reported', (text) =>
    expect(readDeviceVersion('iOS', text)).toBe('notReported'),
  );

  test('is what a limit would be, for every plain version', () => {
    const version = fc
      .tuple(fc.integer({ min: 1, max: 10 }), fc.array(fc.integer({ min: 0, max: 99_999 }), { maxLength: 3 }))
      .map(([main, rest]) => [main, ...rest].join('.'));
    fc.assert(
      fc.property(version, fc.constantFrom<Platform>('iOS', 'android', 'macOS', 'windows'), (text, platform) => {
        expect(readDeviceVersion(platform, text)).toEqual(readVersionLimit(text));
      }),
    );
  });

  test('is read or not, but without error and without delay, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.constantFrom<Platform>('iOS', 'windows', 'unknown'),
        (text, platform) => void readDeviceVersion(platform, text),
      ),
    );
  });
});

test.each([
  [[17], [17, 0, 0], 0],
  [[17, 2], [17, 10], -1],
  [[10, 0, 22621], [10, 0, 22631], -1],
  [[18], [17, 9], 1],
])('%j compared with %j is %i', (a, b, order) => {
  expect(compareVersions(a, b)).toBe(order);
});
