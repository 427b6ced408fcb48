import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { activeSyncDeviceId, SEVERAL_IDS } from './active-sync.ts';

const { vectors } = JSON.parse(
  readFileSync(new URL('fixtures/activesync-query.vectors.json', import.meta.url), 'utf8'),
) as { vectors: { query: string; device_id: string }[] };
const PATH = '/microsoft-server-activesync';
const ask = (query: string) => activeSyncDeviceId(PATH, `/Microsoft-Server-ActiveSync?${query}`);

describe('the device id of an ActiveSync request', () => {
  test.each(vectors)('is read from $query', ({ query, device_id }) => {
    expect(ask(query)).toBe(device_id);
    expect(ask(query.replaceAll('+', '%2B').replaceAll('=', query.includes('&') ? '=' : '%3D'))).toBe(device_id);
  });

  test('that is binary is written in hexadecimal', () => {
    const bytes = Buffer.from([0xa1, 18, 9, 4, 4, 0x00, 0xff, 0x10, 0x20, 0, 0]);
    expect(ask(bytes.toString('base64'))).toBe('00FF1020');
  });

  test.each(['', 'Cmd=Sync', 'DeviceId=', '!!!!', 'AAAA', 'oRIGBP9B', 'oRIGBBBBcHBs', '{deviceid}'])(
    'is not found in %j',
    (query) => {
      expect(ask(query)).toBeUndefined();
    },
  );

  test.each([
    'DeviceId=a&DeviceId=b',
    'Cmd=Sync&deviceid=a&DEVICEID=a',
    'DeviceId=a&Device%49d=b',
    'DeviceId=&DeviceId=b',
    'DeviceId=a&x=1&DeviceId=',
  ])('that comes twice is none, and said to be so: %s', (query) => {
    expect(ask(query)).toBe(SEVERAL_IDS);
  });

  test('that comes in both forms is none, too', () => {
    const encoded = Buffer.from([0xa1, 18, 9, 4, 4, 0x70, 0x70, 0x70, 0x70, 0, 0]).toString('base64');
    for (const query of [`${encoded}&DeviceId=innocent`, `DeviceId=innocent&${encodeURIComponent(encoded)}`])
      expect(ask(query)).toBe(SEVERAL_IDS);
    expect(ask('Cmd=Sync&User=ada&DeviceId=A1B2&DeviceType=iPhone')).toBe('A1B2');
  });

  test('is only looked for on its own path', () => {
    expect(activeSyncDeviceId('/owa', '/owa?DeviceId=x')).toBeUndefined();
    expect(
      activeSyncDeviceId(
        '/microsoft-server-activesync/default.eas',
        '/Microsoft-Server-ActiveSync/default.eas?DeviceId=x',
      ),
    ).toBe('x');
    expect(
      activeSyncDeviceId('/microsoft-server-activesyncx', '/Microsoft-Server-ActiveSyncx?DeviceId=x'),
    ).toBeUndefined();
  });

  test('never makes the parser throw', () => {
    fc.assert(
      fc.property(fc.string(), fc.base64String(), (text, base64) => {
        expect(['string', 'symbol', 'undefined']).toContain(typeof ask(text));
        expect(['string', 'undefined']).toContain(typeof ask(base64));
      }),
    );
  });
});
