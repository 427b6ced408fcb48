import { expect, test } from 'vitest';
import { lookout } from '../../vendors/lookout/index.ts';
import { KnownDevices } from './known-devices.ts';
import { readRecords } from './read-records.ts';
import { TimesAhead } from './times-ahead.ts';

const NOW = Date.parse('2026-03-02T08:00:00Z');
const LINK = {
  vendor: lookout,
  connectorId: lookout.connectorId,
  enabled: true,
  settings: { applicationKey: 'k'.repeat(20) },
};

function read(
  severity: string,
  status: string,
  security_status: string,
  created_time: string | undefined = '2026-03-02T07:00:00Z',
) {
  const record = {
    id: 'e1',
    type: 'THREAT',
    created_time,
    device: { guid: 'd', security_status },
    threat: { guid: 't', severity, status },
  };
  return readRecords(LINK, [record], { known: new KnownDevices(), times: new TimesAhead() }, NOW).reports[0]?.signal;
}

test('a device that is called secured beside an open finding of high severity is taken for that, and flagged', () => {
  expect(read('HIGH', 'OPEN', 'SECURE')).toMatchObject({
    state: 'secured',
    flag: 'called secured beside an open finding of high severity',
  });
});

test.each([
  ['MEDIUM', 'OPEN', 'SECURE', undefined],
  ['HIGH', 'RESOLVED', 'SECURE', undefined],
  ['HIGH', 'OPEN', 'THREATS_HIGH', undefined],
  ['HIGH', 'OPEN', 'ODD', 'unknown security_status "ODD"'],
])('a finding %s %s beside %s is flagged as %s', (severity, status, security, flag) => {
  expect(read(severity, status, security)?.flag).toBe(flag);
});

test('a record without a time is flagged for that first', () => {
  expect(read('HIGH', 'OPEN', 'SECURE', 'yesterday')?.flag).toBe('no time of its own');
});

test('what is no record at all, or nested too deep, is named with its number; a record that says nothing is not', () => {
  const deep = JSON.parse(`${'{"a":'.repeat(60)}1${'}'.repeat(60)}`) as unknown;
  const { silent, unread } = readRecords(
    LINK,
    [{ hello: 'there' }, 'text', null, deep, 7],
    { known: new KnownDevices(), times: new TimesAhead() },
    NOW,
  );
  expect(silent).toBe(5);
  expect(unread).toEqual([
    ...[2, 3].map((number) => ({ number, message: 'is no JSON object' })),
    { number: 4, message: 'is nested deeper than 40 levels' },
    { number: 5, message: 'is no JSON object' },
  ]);
});
