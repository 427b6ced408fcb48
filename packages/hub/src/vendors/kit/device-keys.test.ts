import { describe, expect, test } from 'vitest';
import { cleanDeviceKey, keysOf, mdmDeviceKeys } from './device-keys.ts';

describe('an identifier of a device', () => {
  test.each([
    '3F2504E0-4F89-41D3-9A0C-0305E82C3301',
    '{3f2504e0-4f89-41d3-9a0c-0305e82c3301}',
    ' 3F2504E04F8941D39A0C0305E82C3301 ',
  ])('that is a GUID has one spelling: %s', (value) => {
    expect(cleanDeviceKey('entraDeviceId', value)).toEqual({
      ok: true,
      key: { type: 'entraDeviceId', value: '3f2504e0-4f89-41d3-9a0c-0305e82c3301' },
    });
  });

  test.each([
    '',
    '  ',
    'unknown',
    'NULL',
    'n/a',
    'No Data',
    '0',
    '0000-0000',
    '{00000000-0000-0000-0000-000000000000}',
    'FFFFFFFF',
    'xxxx',
    '---',
    '(null)',
    '"unknown"',
    'Not specified',
    'RESTRICTED',
    '0123456789ABCDEF',
    '02:00:00:00:00:00',
    'System Serial Number.',
    'SYSTEM_SERIAL_NUMBER',
    'To be filled by O.E.M',
    '*To Be Filled By O.E.M.*',
    'N.A',
    '<n/a>',
    'Default-String',
    'not.specified!',
    '…',
    'No serial number',
    'a\tb',
    'a\u0000b',
    '\ud800',
    'x'.repeat(257),
  ])('that identifies nothing is refused: %j', (value) => {
    expect(cleanDeviceKey('serialNumber', value).ok).toBe(false);
  });

  test('that is an IMEI is kept as its digits when the check digit is right', () => {
    expect(keysOf(['imei'], '49 015420-323751/8')).toEqual([{ type: 'imei', value: '490154203237518' }]);
    expect(keysOf(['imei'], '49015420323751')).toHaveLength(1);
    expect(keysOf(['imei'], '4901542032375101')).toHaveLength(1);
    expect(keysOf(['imei'], '490154203237519')).toEqual([]);
  });

  test.each(['111111111111119', '358240051111110', '004999010640000', '123456789012347', '00000000000000'])(
    'that is an IMEI of many phones is refused: %s',
    (value) => {
      expect(cleanDeviceKey('imei', value)).toMatchObject({ ok: false, nothing: true });
    },
  );

  test.each(['SN-1', 'C02XG0FDJG5H', 'TEST-4711', '0000-0001', 'FF-01', 'x0x1', 'Unknown7', 'ナシ1'])(
    'that resembles a placeholder and is none is taken: %s',
    (value) => {
      expect(cleanDeviceKey('serialNumber', value)).toMatchObject({ ok: true });
    },
  );

  test.each([
    ['490154203237518,356938035643809', 2],
    ['490154203237518 356938035643809', 2],
    ['490154203237518 490154203237518', 1],
    ['490154203237518, n/a', 0],
    ['490154203237518, 356938035643808', 0],
    [`${'490154203237518,'.repeat(100)}`, 0],
    ['A00000009296F0', 0],
  ])('that holds the IMEIs of several SIM cards is all of them or none: %s', (value, count) => {
    expect(keysOf(['imei'], value)).toHaveLength(count);
  });

  test('that many clients give as their ActiveSync id is refused', () => {
    expect(keysOf(['easDeviceId'], 'validate')).toEqual([]);
  });

  test('of an unnamed kind from the device management is tried as what it looks like', () => {
    expect(mdmDeviceKeys('3F2504E0-4F89-41D3-9A0C-0305E82C3301').map((key) => key.type)).toEqual([
      'managedDeviceId',
      'entraDeviceId',
    ]);
    expect(mdmDeviceKeys('00008110-001A2B3C4D5E801E').map((key) => key.type)).toEqual(['udid']);
    expect(mdmDeviceKeys('CORP-1').map((key) => key.type)).toEqual(['managedDeviceId']);
    expect(mdmDeviceKeys(null)).toEqual([]);
  });
});
