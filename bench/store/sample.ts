import type { DeviceRow, PostureRow, ReportRow } from '@sallyport/hub/store/store.ts';

/** Made-up but lifelike rows for measuring the store. `n` says which; the same `n` gives the same row. */

const START = Date.parse('2026-01-01T00:00:00Z');
const CONNECTOR = '1c3be1b4-4a6d-4b7a-9d3c-2f5f5b0a7e11';

export function guid(kind: string, n: number): string {
  // Spread over the whole range, as real ids are.
  const spread = (Math.imul(n, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0');
  return `${spread}-${kind.padEnd(4, '0').slice(0, 4)}-4000-8000-${n.toString(16).padStart(12, '0')}`;
}

export function sampleDevice(n: number): DeviceRow {
  const ios = n % 2 === 0;
  const user = `user${n % 100_000}`;
  return {
    id: guid('d000', n),
    createdAt: START,
    modifiedAt: START + n,
    resource: {
      id: guid('d000', n),
      deviceName: `${ios ? 'iPhone' : 'Pixel'} of ${user} (${n})`,
      operatingSystem: ios ? 'iOS' : 'Android',
      osVersion: ios ? '18.5' : '15.0',
      azureADDeviceId: guid('e000', n),
      userId: guid('a000', n % 100_000),
      userPrincipalName: `${user}@contoso.example`,
      serialNumber: `SN${n.toString(36).toUpperCase()}`,
      imei: String(350_000_000_000_000 + n),
      easDeviceId: `EAS${guid('f000', n).replaceAll('-', '').toUpperCase()}`,
      jailBroken: 'Unknown',
      managedDeviceOwnerType: 'company',
      enrolledDateTime: new Date(START).toISOString(),
      lastSyncDateTime: new Date(START + (n % 1000) * 60_000).toISOString(),
      deviceCategoryDisplayName: 'Phones',
      model: ios ? 'iPhone 16' : 'Pixel 9',
      manufacturer: ios ? 'Apple' : 'Google',
      emailAddress: `${user}@contoso.example`,
      managementAgent: 'mdm',
      partnerReportedThreatState: 'secured',
      isEncrypted: true,
    },
  };
}

export function samplePosture(n: number, deviceId: string): PostureRow {
  return {
    deviceId,
    views: [
      {
        connectorId: CONNECTOR,
        state: n % 10 === 0 ? 'highSeverity' : 'secured',
        observedAt: START + n,
        reportId: `report-${n}`,
        basis: 'posture',
        openFindings: n % 10 === 0 ? [{ id: `finding-${n}`, type: 'MALWARE', severity: 'high' }] : [],
      },
    ],
    mergedState: n % 10 === 0 ? 'highSeverity' : 'secured',
    complianceState: n % 10 === 0 ? 'noncompliant' : 'compliant',
    reasons:
      n % 10 === 0
        ? [{ code: 'threat_level_above_allowed', connectorId: CONNECTOR, required: 'low', actual: 'high' }]
        : [],
    failing: n % 10 === 0 ? { [guid('c000', 1)]: START + n } : {},
    graceUntil: null,
    updatedAt: START + n,
  };
}

export function sampleReport(n: number, deviceId: string): ReportRow {
  return {
    connectorId: CONNECTOR,
    reportId: `report-${n}`,
    format: 'partner-v1',
    observedAt: START + n,
    receivedAt: START + n + 500,
    raw: JSON.stringify({
      reportId: `report-${n}`,
      device: { managedDeviceId: deviceId },
      observedDateTime: new Date(START + n).toISOString(),
      threatState: 'highSeverity',
      findings: [
        {
          id: `finding-${n}`,
          type: 'networkManInTheMiddle',
          severity: 'high',
          state: 'open',
          title: 'Man in the middle',
          detectedDateTime: new Date(START + n).toISOString(),
          recommendedAction: 'Leave this Wi-Fi network.',
        },
      ],
    }),
  };
}
