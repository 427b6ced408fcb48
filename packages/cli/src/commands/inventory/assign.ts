import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { findDevice } from '../shared/find.ts';
import { findSource, SOURCES } from './source-text.ts';

export const assign = command({
  name: 'assign',
  summary: 'Say which device a source means by an id of its own',
  description:
    'For devices that the source knows by no id of ours, such as user enrolments of Apple devices. "inventory source" lists them. What it tells next is kept.',
  args: {
    source: word('SOURCE', 'Name or id'),
    ownId: word('OWN-ID', 'What the source calls the device'),
    device: word('DEVICE', 'Id, Entra device id, name or serial number'),
  },
  examples: [{ line: 'sallyport inventory assign NanoMDM D6F1C0A0-0000-0000-0000-000000000001 "Ada\'s phone"' }],
  async run({ args }, { hub }) {
    const client = await hub();
    const [{ id, displayName }, device] = await Promise.all([
      findSource(client, args.source),
      findDevice(client, args.device),
    ]);
    await client.post(`${SOURCES}/${id}/assign`, { ownId: args.ownId, managedDeviceId: device.id });
    return {
      json: { sourceId: id, ownId: args.ownId, managedDeviceId: device.id },
      text: `${displayName} means ${device.deviceName ?? device.id} by ${args.ownId} from now on.\n`,
    };
  },
});
