import type { PlatformNameResource } from '@sallyport/contracts/client/index.ts';
import { command } from '../../frame/command.ts';
import { table } from '../../output/table.ts';
import { deviceNames } from '../shared/device-names.ts';

export const PLATFORM_NAMES = '/admin/v1/platform-names';

export const list = command({
  name: 'list',
  summary: 'List the names of operating systems that the hub does not know',
  description:
    'Devices with such a name may be phones of any platform: what a partner finds on them counts by the strictest phone policy, and new ones are not compliant until "sallyport platform-name set" says what they are.',
  examples: [{ line: 'sallyport platform-name list' }],
  async run(_, { hub, style }) {
    const client = await hub();
    const names = await client.all<PlatformNameResource>(PLATFORM_NAMES);
    const device = await deviceNames(
      client,
      names.flatMap(({ deviceIds }) => deviceIds.slice(0, 1)),
    );
    return {
      json: names,
      text: table(
        names,
        [
          { title: 'NAME', cell: ({ name }) => name },
          { title: 'PLATFORM', cell: ({ platform }) => platform ?? 'unknown' },
          { title: 'DEVICES', cell: ({ devices }) => devices },
          { title: 'CLOSED', cell: ({ closed }) => closed },
          { title: 'FIRST DEVICE', cell: ({ deviceIds }) => (deviceIds[0] === undefined ? '' : device(deviceIds[0])) },
        ],
        style,
        'The hub knows the operating systems of all devices.',
      ),
    };
  },
});
