import type { DoorResource } from '@sallyport/contracts/client/index.ts';
import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { alone } from '../../frame/flags.ts';
import { segment } from '../shared/odata.ts';
import { newKeyText } from './door-text.ts';
import { DOORS } from './list.ts';

export const rotate = command({
  name: 'rotate',
  summary: 'Give a door a new key; the former one is accepted for 24 hours more',
  args: { door: word('DOOR', 'Id of the door') },
  flags: {
    endFormerKey: alone(
      'Refuse the former key at once, as when others know it; the gateway lets nobody in until it has the new one',
    ),
  },
  examples: [{ line: 'sallyport door rotate front' }, { line: 'sallyport door rotate front --end-former-key' }],
  async run({ args, flags }, { hub, style }) {
    const door = await (await hub()).post<DoorResource>(`${DOORS}/${segment(args.door)}/rotateSecret`, {
      endFormerSecret: flags.endFormerKey,
    });
    return { json: door, text: newKeyText(door, style) };
  },
});
