import { randomUUID } from 'node:crypto';
import type { ReportResultResource } from '@sallyport/contracts/client/index.ts';
import { command } from '../../frame/command.ts';
import { EXIT } from '../../frame/exit-codes.ts';
import { oneOf, text } from '../../frame/flags.ts';
import { UsageError } from '../../frame/usage-error.ts';
import { table } from '../../output/table.ts';
import { readJson } from '../shared/json-file.ts';
import { stateColour } from '../shared/paint.ts';

const STATES = [
  'secured',
  'lowSeverity',
  'mediumSeverity',
  'highSeverity',
  'activated',
  'deactivated',
  'unresponsive',
  'compromised',
  'misconfigured',
] as const;

export const report = command({
  name: 'report',
  summary: 'Report, as a partner, how a device is',
  description:
    'Calls the partner API as the client that is given; it must be bound to a connector and hold update_device_health.',
  flags: {
    device: text(
      'ID',
      'Managed device id, or KEY=VALUE with another key: entraDeviceId, serialNumber, imei, udid, easDeviceId',
    ),
    state: oneOf(STATES, 'How the device is'),
    finding: text('TITLE', 'A threat that was found, of the severity of the state; its words tell its category'),
    file: text('FILE', 'JSON of the partner API instead, {"reports": [...]}; "-" reads standard input'),
  },
  examples: [
    {
      line: 'sallyport partner report --device serialNumber=SN-1 --state highSeverity --finding "Man in the middle" --client-id 7c9e6679-7425-40de-944b-e07fc1f90ae7',
    },
    { line: 'sallyport partner report -f reports.json --client-id 7c9e6679-7425-40de-944b-e07fc1f90ae7' },
  ],
  async run({ flags }, context) {
    const body = flags.file === undefined ? { reports: [oneReport(flags)] } : await readJson(flags.file, context);
    const { results } = await (await context.hub()).post<{ readonly results: readonly ReportResultResource[] }>(
      '/partner/v1/device-health',
      body,
    );
    return {
      json: results,
      text: table(
        results,
        [
          { title: 'REPORT', cell: (result) => result.reportId },
          { title: 'STATUS', cell: (result) => result.status, paint: stateColour(context.style) },
          {
            title: 'NOTE',
            cell: (result) =>
              result.error?.message ?? (result.matched === false ? 'kept until its device appears' : undefined),
          },
        ],
        context.style,
        'Nothing was reported.',
      ),
      exit: results.some(({ status }) => status === 'rejected') ? EXIT.failed : EXIT.ok,
    };
  },
});

const SEVERITY: ReadonlyMap<string, string> = new Map([
  ['lowSeverity', 'low'],
  ['mediumSeverity', 'medium'],
  ['highSeverity', 'high'],
  ['compromised', 'high'],
]);

function oneReport({
  device,
  state,
  finding,
}: {
  readonly device: string | undefined;
  readonly state: string | undefined;
  readonly finding: string | undefined;
}): object {
  if (device === undefined || state === undefined)
    throw new UsageError('Say which device (--device) and how it is (--state), or give a file (-f FILE).');
  const [, key = 'managedDeviceId', value = device] = /^([A-Za-z]+)=(.+)$/su.exec(device) ?? [];
  return {
    reportId: randomUUID(),
    device: { [key]: value },
    observedDateTime: new Date().toISOString(),
    threatState: state,
    ...(finding === undefined
      ? {}
      : {
          findings: [
            {
              id: randomUUID(),
              type: finding.slice(0, 128),
              severity: SEVERITY.get(state) ?? 'none',
              state: 'open',
              title: finding,
            },
          ],
        }),
  };
}
