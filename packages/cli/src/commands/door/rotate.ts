import type { DoorResource } from '@sallyport/contracts/client/index.ts';
import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { segment } from '../shared/odata.ts';
import { newKeyText } from './door-text.ts';
import { DOORS } from './list.ts';

export const rotate = command({
  name: 'rotate',
  summary: 'Give a door a new key; the old one stops working at once',
  args: { door: word('DOOR', 'Id of the door') },
  examples: [{ line: 'sallyport door rotate front' }],
  async run({ args }, { hub, style }) {
    const door = await (await hub()).post<DoorResource>(`${DOORS}/${segment(args.door)}/rotateSecret`);
    return { json: door, text: newKeyText(door, style) };
  },
});
