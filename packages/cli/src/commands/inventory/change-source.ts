import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { onOff, text } from '../../frame/flags.ts';
import { UsageError } from '../../frame/usage-error.ts';
import { findSource, SECRET_HELP, signatureKey, SOURCES, sourceText, type Source } from './source-text.ts';

export const changeSource = command({
  name: 'change-source',
  summary: 'Rename a source, switch it off or on, or give it another key',
  args: { source: word('SOURCE', 'Name or id') },
  flags: {
    name: text('NAME', 'What people call it from now on'),
    enabled: onOff('Off: what it pushes is refused'),
    secret: text('@FILE|VARIABLE', SECRET_HELP),
  },
  examples: [
    { line: 'sallyport inventory change-source NanoMDM --secret @webhook.key' },
    { line: 'sallyport inventory change-source NanoMDM --enabled off' },
  ],
  async run({ args, flags }, context) {
    const patch = {
      ...(flags.name === undefined ? {} : { displayName: flags.name }),
      ...(flags.enabled === undefined ? {} : { enabled: flags.enabled }),
      ...(await signatureKey(flags.secret, context)),
    };
    if (Object.keys(patch).length === 0) throw new UsageError('Say what to change: --name, --enabled or --secret.');
    const client = await context.hub();
    const { id } = await findSource(client, args.source);
    const changed = await client.patch<Source>(`${SOURCES}/${id}`, patch);
    return { json: changed, text: sourceText(changed, client.baseUrl, context.style) };
  },
});
