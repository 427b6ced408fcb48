import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePartnerReport } from './parse-report.ts';

const NOW = Date.UTC(2026, 2, 1, 12, 0, 0);
const CONNECTOR = '2c7790de-8b02-4814-85cf-e0c59380dee8';

const GOOD = {
  reportId: 'r-1',
  device: { managedDeviceId: '3F2504E0-4F89-41D3-9A0C-0305E82C3301' },
  observedDateTime: '2026-03-01T12:59:00+01:00',
  threatState: 'highSeverity',
  findings: [
    {
      id: 'f-1',
      type: 'malware',
      severity: 'high',
      state: 'open',
      title: 'Free Torch',
      detectedDateTime: '2026-03-01T11:58:00Z',
      recommendedAction: 'Remove Free Torch.',
    },
  ],
};

function problemOf(change: Record<string, unknown>): { field: string; message: string } {
  const parsed = parsePartnerReport({ ...GOOD, ...change }, CONNECTOR, NOW);
  if (parsed.ok) throw new Error('the report was taken');
  return parsed.error;
}

function fieldOf(change: Record<string, unknown>): string {
  return problemOf(change).field;
}

describe('a report of the partner API', () => {
  test.each([
    ['secured', 'high', 'open', 'highSeverity', ['contradiction']],
    ['secured', 'medium', 'open', 'secured', []],
    ['secured', 'none', 'open', 'secured', []],
    ['secured', 'high', 'resolved', 'secured', []],
    ['lowSeverity', 'high', 'open', 'highSeverity', ['contradiction']],
    ['mediumSeverity', 'high', 'open', 'highSeverity', ['contradiction']],
    ['lowSeverity', 'medium', 'open', 'lowSeverity', []],
    ['deactivated', 'high', 'open', 'deactivated', []],
  ])(
    'that says %s beside a finding of severity %s that is %s means %s',
    (threatState, severity, state, expected, codes) => {
      const parsed = parsePartnerReport(
        { ...GOOD, threatState, findings: [{ ...GOOD.findings[0], severity, state }] },
        CONNECTOR,
        NOW,
      );
      if (!parsed.ok) throw new Error(parsed.error.message);
      expect([parsed.incoming.signal.state, parsed.warnings.map(({ code }) => code)]).toEqual([expected, codes]);
      expect(parsed.incoming.signal.flag).toBe(
        codes.length === 0 ? undefined : `called ${threatState} beside an open finding of high severity`,
      );
    },
  );

  test('is read as a signal, with its identifiers in one spelling', () => {
    const parsed = parsePartnerReport(GOOD, CONNECTOR, NOW);
    expect(parsed.ok && parsed.incoming.signal).toEqual({
      connectorId: CONNECTOR,
      reportId: 'r-1',
      observedAt: NOW - 60_000,
      state: 'highSeverity',
      keys: [{ type: 'managedDeviceId', value: '3f2504e0-4f89-41d3-9a0c-0305e82c3301' }],
      findings: [
        {
          id: 'f-1',
          type: 'malware',
          category: 'app.malware',
          severity: 'high',
          state: 'open',
          title: 'Free Torch',
          detectedAt: NOW - 120_000,
          recommendedAction: 'Remove Free Torch.',
        },
      ],
    });
  });

  test('may say itself which category a finding has, and where it shows it', () => {
    const finding = { ...GOOD.findings[0], category: 'app.stalkerware', link: 'https://Partner.example/t/7?a=b c' };
    const parsed = parsePartnerReport(
      { ...GOOD, findings: [finding, { ...finding, id: 'f-2', type: 'Our Thing 7', category: null, link: null }] },
      CONNECTOR,
      NOW,
    );
    expect(parsed.ok && parsed.incoming.signal.findings).toMatchObject([
      { category: 'app.stalkerware', link: 'https://partner.example/t/7?a=b%20c' },
      { category: 'unclassified', link: undefined },
    ]);
  });

  test('may say "unknown" of one key where another names the device', () => {
    const parsed = parsePartnerReport(
      { ...GOOD, device: { ...GOOD.device, udid: 'N/A', imei: '', serialNumber: '(null)' } },
      CONNECTOR,
      NOW,
    );
    expect(parsed.ok && parsed.incoming.signal.keys.map(({ type }) => type)).toEqual(['managedDeviceId']);
  });

  test.each([
    ['a MEID as IMEI', { imei: 'A00000009296F0' }, 'device.imei'],
    ['an IMEI with a wrong check digit', { imei: '490154203237519' }, 'device.imei'],
    ['two IMEIs of which one is wrong', { imei: '490154203237518, 356938035643808' }, 'device.imei'],
    ['a user name as e-mail', { email: 'EXAMPLE\\ada' }, 'device.email'],
    ['a list as UDID', { udid: ['00008110-001A2B3C4D5E801E'] }, 'device.udid'],
    ['true as UDID', { udid: true }, 'device.udid'],
    ['an object as e-mail', { email: { address: 'ada@example.com' } }, 'device.email'],
    ['a control character', { vendorDeviceId: 'a\u0000b' }, 'device.vendorDeviceId'],
    ['a key of 257 characters', { easDeviceId: 'x'.repeat(257) }, 'device.easDeviceId'],
  ])('is taken with a warning and a flag when it holds %s beside a good key', (_, key, field) => {
    const parsed = parsePartnerReport({ ...GOOD, device: { serialNumber: 'SN-1', ...key } }, CONNECTOR, NOW);
    if (!parsed.ok) throw new Error(parsed.error.message);
    expect(parsed.incoming.signal.keys).toEqual([{ type: 'serialNumber', value: 'SN-1' }]);
    expect(parsed.warnings.map((warning) => warning.field)).toEqual([field]);
    expect(parsed.incoming.signal.flag).toContain(`unusable ${field.slice('device.'.length)}`);
  });

  test('names a phone by both its IMEIs where they come in one value, and by a serial number that comes as a number', () => {
    const keysOf = (device: object): unknown => {
      const parsed = parsePartnerReport({ ...GOOD, device }, CONNECTOR, NOW);
      return (
        parsed.ok && {
          keys: parsed.incoming.signal.keys.map(({ type, value }) => `${type} ${value}`),
          warnings: parsed.warnings.length,
        }
      );
    };
    const both = { keys: ['imei 490154203237518', 'imei 356938035643809'], warnings: 0 };
    for (const imei of [
      '490154203237518, 356938035643809',
      '490154203237518/356938035643809',
      '49-015420-323751-8;35-693803-564380-9',
      '490154203237518\n356938035643809',
    ]) {
      expect(keysOf({ imei })).toEqual(both);
    }
    expect(keysOf({ serialNumber: 4815162342 })).toEqual({ keys: ['serialNumber 4815162342'], warnings: 0 });
    expect(keysOf({ imei: 490154203237518 })).toEqual({ keys: ['imei 490154203237518'], warnings: 0 });
  });

  test('may name the device as device management, the partner itself or the mail of its user do', () => {
    const keysOf = (device: object): unknown => {
      const parsed = parsePartnerReport({ ...GOOD, device }, CONNECTOR, NOW);
      return parsed.ok && parsed.incoming.signal.keys.map(({ type, value }) => `${type} ${value}`);
    };
    expect(keysOf({ mdmDeviceId: '3F2504E04F8941D39A0C0305E82C3301' })).toEqual([
      'managedDeviceId 3f2504e0-4f89-41d3-9a0c-0305e82c3301',
      'entraDeviceId 3f2504e0-4f89-41d3-9a0c-0305e82c3301',
    ]);
    expect(
      keysOf({ mdmDeviceId: '00008110-001A2B3C4D5E801E', email: 'Ada@Example.com', vendorDeviceId: 'V-7' }),
    ).toEqual(['udid 00008110-001A2B3C4D5E801E', 'vendorDeviceId V-7', 'email ada@example.com']);
  });

  test('is kept as it came, with what we do not know', () => {
    const parsed = parsePartnerReport(
      { ...GOOD, vendorScore: 7, device: { ...GOOD.device, colour: 'red' } },
      CONNECTOR,
      NOW,
    );
    expect(parsed.ok && JSON.parse(parsed.incoming.row.raw)).toMatchObject({
      vendorScore: 7,
      device: { colour: 'red' },
    });
    expect(parsed.ok && parsed.incoming.row.format).toBe('partner-v1');
  });

  test.each([
    ['low', 'low'],
    ['MediumSeverity', 'medium'],
    ['HIGH', 'high'],
    ['informational', undefined],
    ['none', undefined],
  ])('knows the severity %s', (severity, level) => {
    const parsed = parsePartnerReport({ ...GOOD, findings: [{ ...GOOD.findings[0], severity }] }, CONNECTOR, NOW);
    expect(parsed.ok && parsed.incoming.signal.findings[0]?.severity).toBe(level);
  });

  test.each([
    ['no id', { reportId: undefined }, 'reportId'],
    ['an empty id', { reportId: '  ' }, 'reportId'],
    ['an id of 257 characters', { reportId: 'x'.repeat(257) }, 'reportId'],
    ['a NUL in its id', { reportId: 'a\u0000b' }, 'reportId'],
    ['half a character in its id', { reportId: 'a\ud800' }, 'reportId'],
    ['a number as id', { reportId: 7 }, 'reportId'],
    ['no device', { device: undefined }, 'device'],
    ['a device without a key', { device: {} }, 'device'],
    ['a device with keys we do not know', { device: { phone: '1' } }, 'device'],
    ['a list as device', { device: [] }, 'device'],
    ['an empty key', { device: { serialNumber: ' ' } }, 'device.serialNumber'],
    ['a placeholder as key', { device: { serialNumber: 'Unknown' } }, 'device.serialNumber'],
    ['zeros as key', { device: { managedDeviceId: '00000000-0000-0000-0000-000000000000' } }, 'device.managedDeviceId'],
    ['a malformed key beside placeholders', { device: { serialNumber: 'n/a', imei: '4901' } }, 'device.imei'],
    ['a list as key', { device: { serialNumber: ['SN-1'] } }, 'device.serialNumber'],
    ['a number that has lost digits as key', { device: { serialNumber: 12345678901234567890 } }, 'device.serialNumber'],
    ['a fraction as key', { device: { serialNumber: 1.5 } }, 'device.serialNumber'],
    ['a user name as its only key', { device: { email: 'EXAMPLE\\ada' } }, 'device.email'],
    ['nothing but placeholders', { device: { serialNumber: 'n/a', imei: '000000000000000' } }, 'device.serialNumber'],
    ['an IMEI with a wrong check digit', { device: { imei: '490154203237517' } }, 'device.imei'],
    ['an IMEI of 13 digits', { device: { imei: '4901542032375' } }, 'device.imei'],
    ['a GUID as IMEI', { device: { imei: '3f2504e0-4f89-41d3-9a0c-0305e82c3301' } }, 'device.imei'],
    ['a time without zone', { observedDateTime: '2026-03-01T12:00:00' }, 'observedDateTime'],
    ['a date alone', { observedDateTime: '2026-03-01' }, 'observedDateTime'],
    ['a day that does not exist', { observedDateTime: '2026-02-30T12:00:00Z' }, 'observedDateTime'],
    ['seconds since 1970', { observedDateTime: 1_770_000_000 }, 'observedDateTime'],
    ['a time before 2000', { observedDateTime: '1999-12-31T23:59:59Z' }, 'observedDateTime'],
    ['a state we do not know', { threatState: 'fine' }, 'threatState'],
    ['the state of a prototype', { threatState: 'constructor' }, 'threatState'],
    ['no state', { threatState: undefined }, 'threatState'],
    ['an object as findings', { findings: {} }, 'findings'],
    [
      '201 findings',
      { findings: Array.from({ length: 201 }, (_, i) => ({ ...GOOD.findings[0], id: `f${i}` })) },
      'findings',
    ],
    ['a finding without id', { findings: [{ ...GOOD.findings[0], id: undefined }] }, 'findings[0].id'],
    [
      'a finding of unknown severity',
      { findings: [{ ...GOOD.findings[0], severity: 'awful' }] },
      'findings[0].severity',
    ],
    [
      'a finding with the severity of a prototype',
      { findings: [{ ...GOOD.findings[0], severity: 'toString' }] },
      'findings[0].severity',
    ],
    ['a finding in an unknown state', { findings: [{ ...GOOD.findings[0], state: 'maybe' }] }, 'findings[0].state'],
    [
      'a category we do not know',
      { findings: [{ ...GOOD.findings[0], category: 'app.nonsense' }] },
      'findings[0].category',
    ],
    ...[
      'javascript:alert(1)',
      'http://partner.example/',
      'https://us\u0000er',
      'https://partner.example@elsewhere.example/',
      'https://u:p@x.example',
      '//x.example',
      'https:',
      7,
    ].map(
      (link) =>
        [`the link ${JSON.stringify(link)}`, { findings: [{ ...GOOD.findings[0], link }] }, 'findings[0].link'] as [
          string,
          Record<string, unknown>,
          string,
        ],
    ),
    ['a title of 513 characters', { findings: [{ ...GOOD.findings[0], title: 'x'.repeat(513) }] }, 'findings[0].title'],
    ['the same finding twice', { findings: [GOOD.findings[0], GOOD.findings[0]] }, 'findings[1].id'],
  ])('is refused with %s, and the field is named', (_, change, field) => {
    expect(fieldOf(change)).toBe(field);
  });

  test.each([
    [0, []],
    [5 * 60_000, []],
    [6 * 60_000, ['time_ahead']],
    [366 * 86_400_000, ['time_ahead']],
  ])('is taken with a time %s ms ahead, since our clock may be the wrong one', (ahead, warnings) => {
    const observedDateTime = new Date(NOW + ahead).toISOString();
    const parsed = parsePartnerReport(
      { ...GOOD, observedDateTime, findings: [{ ...GOOD.findings[0], detectedDateTime: observedDateTime }] },
      CONNECTOR,
      NOW,
    );
    expect(parsed.ok && parsed.warnings.map(({ code }) => code)).toEqual(warnings);
    expect(parsed.ok && parsed.incoming.signal.findings[0]?.detectedAt).toBe(NOW);
  });

  test.each([null, undefined, 7, 'report', [], true])('is refused when it is %j and no object', (raw) => {
    expect(parsePartnerReport(raw, CONNECTOR, NOW)).toMatchObject({ ok: false, error: { field: '' } });
  });

  test('is refused when it is nested beyond reason, without running the stack over', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i += 1) deep = [deep];
    expect(problemOf({ extra: deep })).toEqual({ field: '', message: 'is nested deeper than 20 levels' });
  });

  test('never makes the parser throw, whatever is in it', () => {
    const anything = fc.anything({ withNullPrototype: true });
    const almostReport = fc.record(
      {
        reportId: fc.oneof(fc.string(), anything),
        device: fc.oneof(fc.dictionary(fc.constantFrom('imei', 'udid', 'serialNumber'), anything), anything),
        observedDateTime: fc.oneof(fc.constant('2026-03-01T12:00:00Z'), fc.string(), anything),
        threatState: fc.oneof(fc.constant('secured'), anything),
        findings: fc.oneof(fc.array(anything), anything),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(anything, almostReport), (raw) => {
        const json: unknown = JSON.parse(safeJson(raw));
        const parsed = parsePartnerReport(json, CONNECTOR, NOW);
        expect(typeof parsed.ok).toBe('boolean');
      }),
      { numRuns: 500 },
    );
  });
});

function safeJson(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item)) ?? 'null';
}
