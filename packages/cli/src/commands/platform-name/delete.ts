import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { segment } from '../shared/odata.ts';
import { PLATFORM_NAMES } from './list.ts';

export const deleteName = command({
  name: 'delete',
  summary: 'Take the platform from the name of an operating system',
  description: 'Its devices are of an unknown system again.',
  args: { name: word('NAME', 'The name, in any spelling') },
  examples: [{ line: 'sallyport platform-name delete HarmonyOS' }],
  async run({ args }, { hub }) {
    await (await hub()).delete(`${PLATFORM_NAMES}/${segment(args.name)}`);
    return { json: { deleted: args.name }, text: `The name ${args.name} has no platform any more.\n` };
  },
});
