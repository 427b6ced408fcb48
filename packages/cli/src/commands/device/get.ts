import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { connectorNames } from '../shared/connector-names.ts';
import { identitiesPath, identitiesText, type Identity } from '../shared/identities.ts';
import { findDevice } from '../shared/find.ts';
import { deviceText } from './device-text.ts';

export const get = command({
  name: 'get',
  summary: 'Show one device',
  args: { device: word('DEVICE', 'Id, Entra device id, name or serial number') },
  examples: [{ line: 'sallyport device get "Ada\'s phone"' }],
  async run({ args }, { hub, style }) {
    const client = await hub();
    const device = await findDevice(client, args.device);
    const [identities, named] = await Promise.all([
      client.all<Identity>(identitiesPath(device.id)),
      connectorNames(client),
    ]);
    const records = identitiesText(identities, named, style);
    return {
      json: { ...device, identities },
      text: `${deviceText(device, style)}${records === '' ? '' : `\n${records}`}`,
    };
  },
});
