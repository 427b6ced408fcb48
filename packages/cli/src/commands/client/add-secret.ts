import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { text } from '../../frame/flags.ts';
import { findApplication } from '../shared/find.ts';
import { addSecret as add, newClientText } from './new-secret.ts';

export const addSecret = command({
  name: 'add-secret',
  summary: 'Give a client one more secret; the others keep working',
  args: { client: word('CLIENT', 'Name or client id') },
  flags: {
    name: text('NAME', 'What it is for. Default: added'),
    until: text('DATE', 'When it ends, as 2027-12-31. Default: in two years'),
  },
  examples: [{ line: 'sallyport client add-secret gateway --until 2027-12-31' }],
  async run({ args, flags }, { hub, style }) {
    const client = await hub();
    const application = await findApplication(client, args.client);
    const secret = await add(client, application, flags.name ?? 'added', flags.until);
    return { json: { appId: application.appId, ...secret }, text: newClientText(application, secret, style) };
  },
});
