import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { DEVICES, findDevice } from '../shared/find.ts';

export const remove = command({
  name: 'remove',
  summary: 'Remove a device; it loses its access at once',
  args: { device: word('DEVICE', 'Id, Entra device id, name or serial number') },
  examples: [{ line: 'sallyport device remove 6a1f2b3c-0000-4000-8000-000000000001' }],
  async run({ args }, { hub }) {
    const client = await hub();
    const { id, deviceName } = await findDevice(client, args.device);
    await client.delete(`${DEVICES}/${id}`);
    return { json: { removed: id }, text: `Removed ${deviceName ?? 'the device'} (${id}).\n` };
  },
});
