import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { accessEffect } from '../shared/access-effect.ts';
import { findPolicy } from './find-policy.ts';

export const deletePolicy = command({
  name: 'delete',
  summary: 'Delete a policy',
  args: { policy: word('POLICY', 'Name or id') },
  examples: [{ line: 'sallyport policy delete "Android phones"' }],
  async run({ args }, { hub }) {
    const client = await hub();
    const { kind, policy } = await findPolicy(client, args.policy);
    const { opened, closed } = await client.change('DELETE', `${kind.path}/${policy.id}`);
    return { json: { deleted: policy.id, opened, closed }, text: `Deleted the ${kind.one} "${policy.displayName}".\n${accessEffect({ opened, closed })}` };
  },
});
