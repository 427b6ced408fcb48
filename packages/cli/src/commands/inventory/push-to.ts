import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { oneOf, onOff } from '../../frame/flags.ts';
import { connectorIdHere } from '../shared/find.ts';
import { pushPath, pushText, type PushTarget } from './push-text.ts';

export const pushTo = command({
  name: 'push-to',
  summary: "Push inventories to a partner's address, instead of waiting until it fetches them",
  description:
    'Only what the switches of its connector allow goes out. The address is https and public, unless SALLYPORT_OUTBOUND_ALLOW lists it. For a new address everything begins anew; its key is printed once.',
  args: {
    connector: word('PARTNER', 'Short name of the partner, or the name or id of the connector'),
    url: word('URL', 'Where to'),
  },
  flags: {
    kinds: oneOf(['apps', 'certificates', 'both'], 'Default: apps'),
    enabled: onOff('Off: kept, and nothing is pushed. Default: on'),
  },
  examples: [{ line: 'sallyport inventory push-to lookout https://partner.example.com/inventory --kinds both' }],
  async run({ args, flags }, { hub, style }) {
    const { kinds = 'apps', enabled = true } = flags;
    const client = await hub();
    const target = await client.put<PushTarget>(pushPath(await connectorIdHere(client, args.connector)), {
      url: args.url,
      kinds: kinds === 'both' ? ['apps', 'certificates'] : [kinds],
      enabled,
    });
    return { json: target, text: pushText(target, style) };
  },
});
