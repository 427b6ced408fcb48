import type { PolicyStateResource } from '@sallyport/contracts/client/index.ts';
import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { table } from '../../output/table.ts';
import { DEVICES, findDevice } from '../shared/find.ts';
import { findingsTable, type Finding } from '../shared/findings.ts';
import { identitiesPath, identitiesText, type Identity } from '../shared/identities.ts';
import { connectorNames } from '../shared/connector-names.ts';
import { instant, stateColour } from '../shared/paint.ts';
import { deviceText } from './device-text.ts';

interface Report {
  readonly connectorId: string;
  readonly reportId: string;
  readonly status: string;
  readonly threatState: string | null;
  readonly flag: string | null;
  readonly observedDateTime: string;
  /** What is current comes from it. */
  readonly decides?: boolean;
}

export const why = command({
  name: 'why',
  summary: 'Explain the compliance of a device: its policies, findings, last reports and those that decide',
  args: { device: word('DEVICE', 'Id, Entra device id, name or serial number') },
  examples: [{ line: 'sallyport device why "Ada\'s phone"' }],
  async run({ args }, { hub, style }) {
    const client = await hub();
    const device = await findDevice(client, args.device);
    const [states, findings, reports, identities, named] = await Promise.all([
      client.all<PolicyStateResource>(`${DEVICES}/${device.id}/deviceCompliancePolicyStates`),
      client.all<Finding>(`/admin/v1/devices/${device.id}/findings`),
      client.all<Report>(`/admin/v1/devices/${device.id}/reports?limit=10`),
      client.all<Identity>(identitiesPath(device.id)),
      connectorNames(client),
    ]);
    const settings = states.flatMap((policy) => (policy.settingStates ?? []).map((setting) => ({ policy, setting })));
    const paint = stateColour(style);
    return {
      json: { device, policyStates: states, findings, reports, identities },
      text: [
        deviceText(device, style),
        table(
          settings,
          [
            { title: 'POLICY', cell: ({ policy }) => policy.displayName },
            { title: 'SETTING', cell: ({ setting }) => setting.settingName ?? setting.setting },
            { title: 'STATE', cell: ({ setting }) => setting.state, paint },
            { title: 'VALUE', cell: ({ setting }) => setting.currentValue },
            { title: 'WHY', cell: ({ setting }) => named(setting.errorDescription) },
          ],
          style,
          'No compliance policy is evaluated for this device.',
        ),
        findingsTable(findings, style, 'No partner has found anything on this device.', { partner: named }),
        table(
          reports,
          [
            { title: 'DECIDES', cell: (report) => (report.decides === true ? 'yes' : '') },
            { title: 'REPORT', cell: (report) => report.reportId },
            { title: 'PARTNER', cell: (report) => named(report.connectorId) },
            { title: 'OBSERVED', cell: (report) => instant(report.observedDateTime) },
            { title: 'REPORTED', cell: (report) => report.threatState, paint },
            { title: 'STATUS', cell: (report) => report.status, paint },
            { title: 'FLAG', cell: (report) => report.flag },
          ],
          style,
          'No partner has reported about this device.',
        ),
        ...several(identitiesText(identities, named, style)),
      ].join('\n'),
    };
  },
});

/** A part of the text that may be empty. */
function several(text: string): readonly string[] {
  return text === '' ? [] : [text];
}
