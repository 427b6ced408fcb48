import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { texts } from '../../frame/flags.ts';
import { UsageError } from '../../frame/usage-error.ts';
import { readText } from '../shared/json-file.ts';
import { secretsFrom } from './link.ts';
import { tryFormat } from './try-format.ts';
import { readSettings } from './vendor-link.ts';

export const tryWebhook = command({
  name: 'try-webhook',
  summary: 'Try the settings of a signed webhook on a sample of what it sends; nothing is stored',
  description:
    'Shows the signals that the sample would become, and what could not be read, with its place and value. Ends with 1 when anything could not be read, or the sample would not be let in.',
  args: {
    settings: word('SETTINGS', 'JSON file with the settings, as for "connector link --vendor webhook -f"'),
    sample: word('SAMPLE', 'File with a body as it is sent; "-" reads standard input'),
  },
  flags: {
    header: texts('NAME:VALUE', 'A header that came with the sample, to see whether it would be let in'),
    secret: texts('webhookSecret=@FILE|VARIABLE', 'The secret, to check the signature'),
  },
  examples: [
    { line: 'sallyport connector try-webhook webhook.json sample.json' },
    {
      line: 'sallyport connector try-webhook webhook.json sample.json --header "X-Sallyport-Signature: 5d41402a" --secret webhookSecret=@webhook.secret',
    },
  ],
  async run({ args, flags }, context) {
    const settings = { ...(await readSettings(args.settings, context)), ...(await secretsFrom(flags.secret, context)) };
    const sample = await readText(args.sample, context);
    return tryFormat(
      'webhook',
      { settings, sample, ...(flags.header.length > 0 && { headers: headersFrom(flags.header) }) },
      context,
    );
  },
});

function headersFrom(lines: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] = /^([A-Za-z0-9-]+):(.*)$/su.exec(line) ?? [];
      if (name === undefined || value === undefined) throw new UsageError(`--header takes NAME:VALUE, not "${line}".`);
      return [name, value.trim()];
    }),
  );
}
