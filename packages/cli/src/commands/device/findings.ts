import { LANGUAGES } from '@sallyport/texts/languages.ts';
import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { oneOf } from '../../frame/flags.ts';
import { connectorNames } from '../shared/connector-names.ts';
import { findDevice } from '../shared/find.ts';
import { findingsTable, type Finding } from '../shared/findings.ts';
import { withQuery } from '../shared/odata.ts';

export const findings = command({
  name: 'findings',
  summary: 'List what partners found on a device, also what is resolved',
  args: { device: word('DEVICE', 'Id, Entra device id, name or serial number') },
  flags: { language: oneOf(LANGUAGES, 'The language of categories and advice. Default: en') },
  examples: [{ line: 'sallyport device findings "Ada\'s phone" --language sv' }],
  async run({ args, flags }, { hub, style }) {
    const client = await hub();
    const { id } = await findDevice(client, args.device);
    const found = await client.all<Finding>(
      withQuery(`/admin/v1/devices/${id}/findings`, { language: flags.language }),
    );
    return {
      json: found,
      text: findingsTable(found, style, 'No partner has found anything on this device.', {
        partner: await connectorNames(client),
      }),
    };
  },
});
