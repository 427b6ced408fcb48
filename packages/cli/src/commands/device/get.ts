import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { findDevice } from '../shared/find.ts';
import { deviceText } from './device-text.ts';

export const get = command({
  name: 'get',
  summary: 'Show one device',
  args: { device: word('DEVICE', 'Id, Entra device id, name or serial number') },
  examples: [{ line: 'sallyport device get "Ada\'s phone"' }],
  async run({ args }, { hub, style }) {
    const device = await findDevice(await hub(), args.device);
    return { json: device, text: deviceText(device, style) };
  },
});
