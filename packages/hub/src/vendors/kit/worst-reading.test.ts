import type { Signal, ThreatState } from '@sallyport/core';
import { describe, expect, test } from 'vitest';
import { parseExactJson } from '../../platform/exact-json.ts';
import { worstReading } from './worst-reading.ts';

interface Wire {
  readonly id: string;
  readonly s?: ThreatState;
  readonly f?: readonly { readonly id: string; readonly open: boolean }[];
}

function normalise(record: unknown): readonly Signal[] {
  const { id, s, f = [] } = record as Wire;
  return [
    {
      connectorId: 'c',
      reportId: 'r',
      observedAt: 0,
      keys: [{ type: 'serialNumber', value: id }],
      ...(s !== undefined && { state: s }),
      findings: f.map((one) => ({ id: one.id, type: 'x', severity: 'high', state: one.open ? 'open' : 'resolved' })),
    },
  ];
}

function read(text: string): Signal | undefined {
  return worstReading(parseExactJson(text), normalise).signals[0];
}

describe('where a name stands twice in a record', () => {
  test.each([
    ['{"id":"1","s":"highSeverity","s":"secured"}', 'highSeverity'],
    ['{"id":"1","s":"secured","s":"highSeverity"}', 'highSeverity'],
    ['{"id":"1","s":"secured","s":"compromised","s":"lowSeverity"}', 'compromised'],
    ['{"id":"1","s":"secured","s":"deactivated"}', 'deactivated'],
    ['{"id":"1","s":"secured","s":"activated"}', 'activated'],
    ['{"id":"1","s":"secured","s":"secured"}', 'secured'],
  ])('the worse reading counts: %s', (text, state) => {
    expect(read(text)).toMatchObject({ state, flag: 'repeated member s' });
  });

  test('an open finding stays open, and one of a list that another list leaves out stays', () => {
    expect(read('{"id":"1","f":[{"id":"t","open":true,"open":false}]}')?.findings).toMatchObject([{ state: 'open' }]);
    expect(read('{"id":"1","s":"secured","f":[{"id":"t","open":true}],"f":[]}')?.findings).toMatchObject([
      { state: 'open' },
    ]);
  });

  test('good news of two devices at once is none, and bad news stays', () => {
    expect(read('{"id":"1","id":"2","s":"secured"}')).toEqual(expect.not.objectContaining({ state: 'secured' }));
    expect(read('{"id":"1","id":"2","s":"highSeverity"}')).toMatchObject({
      state: 'highSeverity',
      flag: 'repeated member id',
    });
  });

  test('good news is none where there are too many readings to look at', () => {
    const many = Array.from({ length: 30 }, (_, i) => `"x${i}":1,"x${i}":2`).join(',');
    expect(read(`{"id":"1","s":"secured",${many}}`)).toEqual(expect.not.objectContaining({ state: 'secured' }));
  });

  test('the record is stored as it counts', () => {
    expect(worstReading(parseExactJson('{"id":"1","s":"highSeverity","s":"secured"}'), normalise).record).toEqual({
      id: '1',
      s: 'highSeverity',
    });
  });
});

test('other records are taken as they are', () => {
  const record = parseExactJson('{"id":"1","s":"secured"}');
  expect(worstReading(record, normalise)).toEqual({ record, signals: normalise(record) });
});
