import { systemNameKey } from '@sallyport/core';
import type { PlatformNameResource } from '@sallyport/contracts/client/index.ts';
import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { facts } from '../../output/table.ts';
import { segment } from '../shared/odata.ts';
import { PLATFORM_NAMES } from './list.ts';

export const set = command({
  name: 'set',
  summary: 'Give the name of an operating system its platform',
  description:
    'The devices that carry the name are evaluated at once. "other" is for what no compliance policy is for, such as a printer: what partners report on these then closes nothing.',
  args: {
    name: word('NAME', 'The operatingSystem of the devices, in any spelling'),
    platform: word('PLATFORM', 'android, iOS, macOS, windows, linux or other'),
  },
  examples: [{ line: 'sallyport platform-name set HarmonyOS android' }],
  async run({ args: { name, platform } }, { hub, style }) {
    const client = await hub();
    const known = (await client.all<PlatformNameResource>(PLATFORM_NAMES)).find(
      (one) => one.platform !== null && one.name === systemNameKey(name),
    );
    const after =
      known === undefined
        ? await client.post<PlatformNameResource>(PLATFORM_NAMES, { name, platform })
        : await client.patch<PlatformNameResource>(`${PLATFORM_NAMES}/${segment(known.name)}`, { platform });
    return {
      json: after,
      text: facts(
        [
          ['Name', after.name],
          ['Platform', after.platform ?? 'unknown'],
          ['Devices', String(after.devices)],
          ['Closed', String(after.closed)],
        ],
        style,
      ),
    };
  },
});
