import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { findDevice } from '../shared/find.ts';

export const reinstate = command({
  name: 'reinstate',
  summary: 'Make a superseded device live again, where it and the newer record are two phones',
  args: { device: word('DEVICE', 'Id, Entra device id or name of the superseded record') },
  examples: [{ line: 'sallyport device reinstate 6a1f2b3c-0000-4000-8000-000000000001' }],
  async run({ args }, { hub }) {
    const client = await hub();
    const { id, deviceName } = await findDevice(client, args.device);
    await client.post(`/admin/v1/devices/${id}/reinstate`, {});
    return { json: { reinstated: id }, text: `${deviceName ?? 'The device'} (${id}) is live again.\n` };
  },
});
