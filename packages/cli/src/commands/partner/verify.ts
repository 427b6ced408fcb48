import { command } from '../../frame/command.ts';
import { EXIT } from '../../frame/exit-codes.ts';
import { text } from '../../frame/flags.ts';
import { UsageError } from '../../frame/usage-error.ts';
import { renderText } from '../../conformance/render-text.ts';
import { checkReportFile, writeReport } from '../../conformance/write-report.ts';
import type { DeviceKeys } from '../../verify/reports.ts';

const KEYS = ['managedDeviceId', 'entraDeviceId', 'serialNumber', 'imei', 'udid', 'easDeviceId'];

export const verify = command({
  name: 'verify',
  summary: "Try a partner's client against a hub: every call of the partner API, right and wrong",
  description:
    'Needs a device that is enrolled for testing: its level goes up and down and ends as secured. Some 130 reports are left at the hub, one of them about a device that does not exist. Exit code 0 means that all required steps passed. docs/partners/certification.md tells more.',
  flags: {
    device: text('KEY=VALUE', `Test device, by one of ${KEYS.join(', ')}`),
    kit: text('FILE', 'sandbox.json of a sandbox instead: address, credentials and device'),
    partner: text('NAME', 'Name in the report; with --kit, which of its partners'),
    report: text('FILE', 'Write the outcome there as well: .html, .md or .json'),
  },
  examples: [
    {
      line: 'SALLYPORT_CLIENT_SECRET=... sallyport partner verify --url https://hub.example.com --tenant 7c9e... --client-id 3f25... --device serialNumber=TEST-1',
    },
    { line: 'sallyport partner verify --kit /tmp/sallyport-sandbox-Ab12/sandbox.json --report conformance.md' },
  ],
  async run({ flags }, { connection, style }) {
    checkReportFile(flags.report);
    const device = flags.device === undefined ? undefined : deviceKeys(flags.device);
    const [{ verify: run }, { readKit }] = await Promise.all([
      import('../../verify/verify.ts'),
      import('../../verify/kit.ts'),
    ]);
    const kit = flags.kit === undefined ? undefined : await readKit(flags.kit, flags.partner);
    const used = device ?? kit?.device;
    if (used === undefined)
      throw new UsageError('Say which device reports may be about: --device KEY=VALUE, or --kit FILE of a sandbox.');
    const called = kit?.connection ?? (await connection());
    const outcome = await run({
      connection: called,
      partner: kit?.partner ?? flags.partner ?? called.clientId,
      device: used,
    });
    await writeReport(flags.report, outcome);
    return { json: outcome, text: renderText(outcome, style), exit: outcome.passed ? EXIT.ok : EXIT.failed };
  },
});

function deviceKeys(given: string): DeviceKeys {
  const [, key = '', value = ''] = /^([A-Za-z]+)=(.+)$/su.exec(given) ?? [];
  if (!KEYS.includes(key))
    throw new UsageError(`--device must be KEY=VALUE with one of ${KEYS.join(', ')}, not "${given}".`);
  return { [key]: value };
}
