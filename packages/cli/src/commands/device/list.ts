import type { DeviceResource } from '@sallyport/contracts/client/index.ts';
import { command } from '../../frame/command.ts';
import { text, wholeNumber } from '../../frame/flags.ts';
import { table } from '../../output/table.ts';
import { DEVICES, findUser } from '../shared/find.ts';
import { literal, withQuery } from '../shared/odata.ts';
import { instant, stateColour } from '../shared/paint.ts';

export const list = command({
  name: 'list',
  summary: 'List devices with their compliance and the level their partners report',
  flags: {
    state: text('STATE', 'Only devices in this compliance state: compliant, noncompliant, inGracePeriod, unknown, ...'),
    threat: text('STATE', 'Only devices with this reported state: secured, lowSeverity, highSeverity, ...'),
    user: text('USER', 'Only devices of this user (id, user principal name or mail)'),
    filter: text('ODATA', 'Any $filter of Graph, in addition'),
    orderBy: text('ODATA', 'Any $orderby of Graph, such as "lastSyncDateTime desc"'),
    top: wholeNumber('COUNT', 'Maximum number of rows. Default: 100', [1, 100_000]),
  },
  examples: [
    { line: 'sallyport device list --state noncompliant' },
    { line: 'sallyport device list --filter "contains(deviceName,\'phone\')" --json' },
  ],
  async run({ flags }, { hub, style }) {
    const client = await hub();
    const filters = [
      ...(flags.state === undefined ? [] : [`complianceState eq ${literal(flags.state)}`]),
      ...(flags.threat === undefined ? [] : [`partnerReportedThreatState eq ${literal(flags.threat)}`]),
      ...(flags.user === undefined ? [] : [`userId eq ${literal((await findUser(client, flags.user)).id)}`]),
      ...(flags.filter === undefined ? [] : [`(${flags.filter})`]),
    ];
    const most = flags.top ?? 100;
    const query = withQuery(DEVICES, {
      $filter: filters.join(' and '),
      $orderby: flags.orderBy,
      $top: Math.min(most, 1_000),
    });
    const devices = await client.all<DeviceResource>(query, most);
    return {
      json: devices,
      text: table(
        devices,
        [
          { title: 'NAME', cell: (device) => device.deviceName },
          { title: 'USER', cell: (device) => device.userPrincipalName },
          { title: 'SYSTEM', cell: (device) => [device.operatingSystem, device.osVersion].filter(Boolean).join(' ') },
          { title: 'COMPLIANCE', cell: (device) => device.complianceState, paint: stateColour(style) },
          { title: 'THREAT', cell: (device) => device.partnerReportedThreatState, paint: stateColour(style) },
          { title: 'LAST CONTACT', cell: (device) => instant(device.lastSyncDateTime) },
          { title: 'ID', cell: (device) => device.id },
          ...(devices.some((device) => device['@sallyport.supersededBy'] !== undefined)
            ? [{ title: 'SUPERSEDED BY', cell: (device: DeviceResource) => device['@sallyport.supersededBy'] }]
            : []),
        ],
        style,
        'No devices.',
      ),
    };
  },
});
