import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { findDevice } from '../shared/find.ts';

export const forget = command({
  name: 'forget',
  summary: 'Forget the apps and certificates of a device; partners who were given them are told to delete them',
  args: { device: word('DEVICE', 'Id, Entra device id, name or serial number') },
  examples: [{ line: 'sallyport inventory forget "Ada\'s phone"' }],
  async run({ args }, { hub }) {
    const client = await hub();
    const { id, deviceName } = await findDevice(client, args.device);
    await client.delete(`/admin/v1/devices/${id}/inventory`);
    return {
      json: { forgotten: id },
      text: `Forgot the inventory of ${deviceName ?? id}. It comes back with the device's next lists, unless its source is told otherwise.\n`,
    };
  },
});
