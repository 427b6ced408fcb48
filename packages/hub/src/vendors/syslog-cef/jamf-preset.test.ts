import { describe, expect, test } from 'vitest';
import { sample } from '@sallyport/simulators/samples';
import { JAMF_CATEGORIES } from '../jamf/categories.ts';
import { syslogCef } from './index.ts';
import { cefSettings } from './settings.ts';
import { cefTryOut } from './try-out.ts';

const SETTINGS = cefSettings.parse({ addresses: ['192.0.2.17'], preset: 'jamf' });
const NOW = Date.parse('2026-11-30T12:00:00Z');
const AT = Date.parse('2026-11-30T10:00:00Z');
const ENTRA = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';

function line({ name = 'SIDE_LOADED_APP_IN_INVENTORY', severity = 6, action = 'Detected', more = '' } = {}): string {
  return (
    `<134>1 2026-11-30T10:00:01Z radar - - - - CEF:0|Jamf|Threat Events Stream|1.0|213|${name}|${severity}|` +
    `rt=${AT} AlertId=alert-1 GUID=a111111a-11a1-4266-9609-fbee82a8a4f9 DeviceId=${ENTRA} UserEmail=ada@example.com AppId=com.bad AppName=Bad ACT=${action} ${more}`
  );
}

const signal = (text: string) => syslogCef.normalise(text, 'c', NOW, SETTINGS)[0];

describe('the preset for Jamf', () => {
  test('knows the device by the ids that Jamf writes, and what the event means', () => {
    expect(signal(line())).toMatchObject({
      reportId: 'event:alert-1',
      observedAt: AT,
      keys: [
        { type: 'managedDeviceId', value: ENTRA },
        { type: 'entraDeviceId', value: ENTRA },
        { type: 'vendorDeviceId', value: 'a111111a-11a1-4266-9609-fbee82a8a4f9' },
        { type: 'email', value: 'ada@example.com' },
      ],
      findings: [
        { id: 'SIDE_LOADED_APP_IN_INVENTORY:com.bad', state: 'open', severity: 'medium', category: 'app.sideloaded' },
      ],
    });
    expect(signal(line())).not.toHaveProperty('flag');
  });

  test.each([
    [2, 'low'],
    [4, 'low'],
    [6, 'medium'],
    [8, 'high'],
    [10, 'high'],
  ])('severity %i is %s', (severity, level) => {
    expect(signal(line({ severity }))?.findings).toMatchObject([{ severity: level }]);
  });

  test('"Resolved" ends what "Detected" opened, traffic is over at once, and another action is flagged', () => {
    expect(signal(line({ action: 'Resolved' }))?.findings).toMatchObject([
      { id: 'SIDE_LOADED_APP_IN_INVENTORY:com.bad', state: 'resolved' },
    ]);
    expect(signal(line({ name: 'ACCESS_BAD_HOST' }))?.findings).toMatchObject([{ state: 'resolved' }]);
    expect(signal(line({ action: 'Quarantined' }))).toMatchObject({
      findings: [],
      flag: 'unknown action "QUARANTINED"',
    });
  });

  test('the event type is found where the header has a description in its place, and a time in ISO 8601 is read', () => {
    const told = signal(
      line({ name: 'Sideloaded App', more: 'EventType=JAILBREAK' }).replace(
        `rt=${AT}`,
        'Timestamp=2026-11-30T10:00:00.000Z',
      ),
    );
    expect(told).toMatchObject({ observedAt: AT, findings: [{ type: 'JAILBREAK', category: 'phys.compromised' }] });
  });

  test('every published event type has its category', () => {
    const { eventTypes } = JSON.parse(sample('jamf/published-words.json')) as { eventTypes: string[] };
    for (const name of eventTypes)
      expect(signal(line({ name }))?.findings).toMatchObject([{ type: name, category: JAMF_CATEGORIES.words[name] }]);
  });

  test('is tried out as a map is, and names what is missing', () => {
    const tried = (sample: string) =>
      cefTryOut
        .run(sample, undefined, { preset: 'jamf' }, NOW)
        .records.map(({ problems }) => problems.map(({ message }) => message));
    expect(tried(line())).toEqual([[]]);
    expect(tried(line().replace(/GUID=\S+ DeviceId=\S+ UserEmail=\S+/, ''))).toEqual([
      ['names no device (DeviceId, GUID) or no kind of event'],
    ]);
    expect(tried(line({ action: 'Quarantined' }))).toEqual([['unknown action "QUARANTINED"']]);
    // The envelope's time stands in, where it has a zone.
    expect(tried(line().replace(`rt=${AT} `, ''))).toEqual([[]]);
    expect(tried(line().replace(`rt=${AT} `, '').replace('2026-11-30T10:00:01Z', '-'))).toEqual([
      ['has no time with its zone (rt)'],
    ]);
  });

  test('stands in place of a map, and not beside one', () => {
    const map = { deviceKeys: { serialNumber: '$.sn' }, reportId: '$.id', state: { path: '$.cs1' } };
    expect(cefSettings.safeParse({ addresses: ['192.0.2.17'] }).error?.issues[0]).toMatchObject({
      path: ['map'],
      message: 'is needed, or a preset',
    });
    expect(cefSettings.safeParse({ addresses: ['192.0.2.17'], preset: 'jamf', map }).error?.issues[0]).toMatchObject({
      path: ['map'],
      message: 'must be left out beside a preset',
    });
    expect(() => cefTryOut.run(line(), undefined, {}, NOW)).toThrow('settings.map is needed, or a preset.');
  });
});
