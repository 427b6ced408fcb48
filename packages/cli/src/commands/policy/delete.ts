import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { accessEffect } from '../shared/access-effect.ts';
import { PREVIEW_FLAG } from '../shared/preview-flag.ts';
import { findPolicy } from './find-policy.ts';
import { previewPolicy } from './preview-policy.ts';

export const deletePolicy = command({
  name: 'delete',
  summary: 'Delete a policy',
  args: { policy: word('POLICY', 'Name or id') },
  flags: { preview: PREVIEW_FLAG },
  examples: [
    { line: 'sallyport policy delete "Android phones" --preview' },
    { line: 'sallyport policy delete "Android phones"' },
  ],
  async run({ args, flags }, { hub, style }) {
    const client = await hub();
    const found = await findPolicy(client, args.policy);
    if (flags.preview) return previewPolicy(client, found, { policy: null }, style);
    const { kind, policy } = found;
    const { opened, closed } = await client.change('DELETE', `${kind.path}/${policy.id}`);
    return {
      json: { deleted: policy.id, opened, closed },
      text: `Deleted the ${kind.one} "${policy.displayName}".\n${accessEffect({ opened, closed })}`,
    };
  },
});
