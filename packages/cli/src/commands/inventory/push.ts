import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { connectorIdHere } from '../shared/find.ts';
import { pushPath, pushText, type PushTarget } from './push-text.ts';

const connector = word('PARTNER', 'Short name of the partner, or the name or id of the connector');

export const push = command({
  name: 'push',
  summary: 'Show where inventories are pushed to for a partner, and how it fares',
  args: { connector },
  examples: [{ line: 'sallyport inventory push lookout' }],
  async run({ args }, { hub, style }) {
    const client = await hub();
    const target = await client.get<PushTarget>(pushPath(await connectorIdHere(client, args.connector)));
    return { json: target, text: pushText(target, style) };
  },
});

export const newPushKey = command({
  name: 'new-push-key',
  summary: 'Sign what is pushed to a partner with a new key; the old one is used no more',
  args: { connector },
  examples: [{ line: 'sallyport inventory new-push-key lookout' }],
  async run({ args }, { hub, style }) {
    const client = await hub();
    const target = await client.post<PushTarget>(
      `${pushPath(await connectorIdHere(client, args.connector))}/rotateSecret`,
    );
    return { json: target, text: pushText(target, style) };
  },
});

export const stopPush = command({
  name: 'stop-push',
  summary: 'Push inventories to a partner no more; it can still fetch them as far as its connector allows',
  args: { connector },
  examples: [{ line: 'sallyport inventory stop-push lookout' }],
  async run({ args }, { hub }) {
    const client = await hub();
    const id = await connectorIdHere(client, args.connector);
    await client.delete(pushPath(id));
    return { json: { stopped: id }, text: `Nothing is pushed to ${args.connector} any more.\n` };
  },
});
