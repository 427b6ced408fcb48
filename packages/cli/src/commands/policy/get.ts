import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { findPolicy, kindWord } from './find-policy.ts';

export const get = command({
  name: 'get',
  summary: 'Print one policy as JSON, ready for "policy apply"',
  args: { policy: word('POLICY', 'Name or id') },
  examples: [{ line: 'sallyport policy get "Android phones" > android.json' }],
  async run({ args }, { hub }) {
    const client = await hub();
    const found = await findPolicy(client, args.policy);
    const expand =
      kindWord(found) === 'compliance'
        ? '?$expand=assignments,scheduledActionsForRule($expand=scheduledActionConfigurations)'
        : '';
    const policy = await client.get(`${found.kind.path}/${found.policy.id}${expand}`);
    return { json: policy, text: `${JSON.stringify(policy, null, 2)}\n` };
  },
});
