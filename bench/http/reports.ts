import { deviceId } from '../fleet/people.ts';
import { Random } from '../shared/random.ts';

const STATES = [
  'secured',
  'secured',
  'secured',
  'secured',
  'secured',
  'secured',
  'secured',
  'secured',
  'secured',
  'highSeverity',
] as const;

/** Reports as the partner API takes them, each with an id of its own. One in ten tells of a threat. */
export function makeReports(count: number, devices: number, prefix: string): readonly string[] {
  const random = new Random(count);
  const start = Date.now() - 3_600_000;
  return Array.from({ length: count }, (_, i) => {
    const threatState = random.pick(STATES);
    const at = new Date(start + i).toISOString();
    return JSON.stringify({
      reportId: `${prefix}-${i}`,
      device: { managedDeviceId: deviceId(random.below(devices)) },
      observedDateTime: at,
      threatState,
      findings:
        threatState === 'secured'
          ? []
          : [
              {
                id: 'network',
                type: 'maliciousNetwork',
                severity: 'high',
                state: 'open',
                title: 'Man in the middle',
                detectedDateTime: at,
                recommendedAction: 'Leave this Wi-Fi network.',
              },
            ],
    });
  });
}
