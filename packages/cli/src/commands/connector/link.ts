import { readFile } from 'node:fs/promises';
import { word } from '../../frame/arguments.ts';
import { command, type Context } from '../../frame/command.ts';
import { alone, oneOf, text, texts } from '../../frame/flags.ts';
import { UsageError } from '../../frame/usage-error.ts';
import { facts } from '../../output/table.ts';
import { connectorIdHere } from '../shared/find.ts';
import {
  formerSecretFacts,
  linkPath,
  readSettings,
  settingsFrom,
  type VendorDescription,
  type VendorLink,
} from './vendor-link.ts';

export const link = command({
  name: 'link',
  summary: "Let a connector speak with its vendor in the vendor's own format",
  description:
    'What is not named stays as it is. "sallyport connector vendors" lists the settings of each vendor. Every partner without an entry there can use the partner API instead.',
  args: { connector: word('PARTNER', 'Short name of the partner, or the id of the connector') },
  flags: {
    file: text('FILE', 'JSON object with settings of the vendor, such as a field map; "-" reads standard input'),
    set: texts('NAME=VALUE', 'A setting of the vendor'),
    secret: texts(
      'NAME=@FILE|NAME=VARIABLE',
      'A secret of the vendor, from a file, from a variable of the environment, or from standard input (NAME=@-)',
    ),
    vendor: text(
      'NAME',
      'Whose format it is, where neither the link so far nor the id of the connector tells. Another vendor than before ends what the former said',
    ),
    state: oneOf(['on', 'off'], 'Whether the link is at work; on by default'),
    endFormerSecrets: alone(
      'Refuse secrets that were replaced, with this change or before, at once. Otherwise each is accepted for 24 hours beside the new one, so that nothing is lost while the vendor is told',
    ),
  },
  examples: [
    { line: 'sallyport connector link lookout --secret applicationKey=@lookout.key' },
    {
      line: 'sallyport connector link zimperium --secret webhookSecret=ZIMPERIUM_SECRET',
      says: 'then let zConsole push to the address that is printed',
    },
    {
      line: 'sallyport connector link zimperium --secret webhookSecret=@new.secret --end-former-secrets',
      says: 'when somebody else has learnt the secret; until zConsole has the new one, what it pushes is refused',
    },
    {
      line: 'sallyport connector link sentinelone --vendor webhook -f webhook.json --secret webhookSecret=@webhook.secret',
      says: 'any partner that can send signed JSON; "sallyport connector try-webhook" tries the file before',
    },
  ],
  async run({ args, flags }, context) {
    const client = await context.hub();
    const connectorId = await connectorIdHere(client, args.connector);
    const { value: vendors } = await client.get<{ readonly value: readonly VendorDescription[] }>('/admin/v1/vendors');
    const before = await client.find<VendorLink>(linkPath(connectorId));
    const named = flags.vendor ?? before?.vendor;
    const vendor = vendors.find((one) => (named === undefined ? one.connectorId === connectorId : one.id === named));
    if (vendor === undefined)
      throw new UsageError(
        `The hub speaks the format of ${vendors.map((one) => one.id).join(', ')}. Other partners use the partner API: sallyport client create --connector ${args.connector} --permission update_device_health`,
      );
    const saved = await client.put<VendorLink>(linkPath(connectorId), {
      vendor: vendor.id,
      enabled: flags.state === undefined ? (before?.enabled ?? true) : flags.state === 'on',
      settings: {
        ...(before?.vendor === vendor.id && before.settings),
        ...(await settingsIn(flags.file, context)),
        ...settingsFrom(flags.set, vendor),
        ...(await secretsFrom(flags.secret, context)),
      },
      endFormerSecrets: flags.endFormerSecrets,
    });
    return { json: saved, text: linkText(saved, client.baseUrl, context) };
  },
});

async function settingsIn(file: string | undefined, context: Context): Promise<object> {
  return file === undefined ? {} : readSettings(file, context);
}

/** Never from the line itself, where every user of the machine could read them. */
export async function secretsFrom(
  pairs: readonly string[],
  context: Context,
): Promise<Readonly<Record<string, string>>> {
  const secrets: Record<string, string> = {};
  for (const pair of pairs) {
    const [, name, source] = /^([A-Za-z]+)=(.+)$/su.exec(pair) ?? [];
    if (name === undefined || source === undefined) throw new UsageError('--secret takes NAME=@FILE or NAME=VARIABLE.');
    secrets[name] = await secretFrom(source, context);
  }
  return secrets;
}

async function secretFrom(source: string, { env, readInput }: Context): Promise<string> {
  if (source === '@-') return (await readInput()).trim();
  if (source.startsWith('@')) {
    try {
      return (await readFile(source.slice(1), 'utf8')).trim();
    } catch {
      throw new UsageError(`The secret cannot be read from ${source.slice(1)}.`);
    }
  }
  const value = env[source];
  // Not quoted: it may be the secret itself, given by mistake.
  if (value === undefined || value === '')
    throw new UsageError(
      'A secret is read from @FILE or from the variable of the environment that is named; there is no such variable.',
    );
  return value;
}

function linkText(saved: VendorLink, baseUrl: string, { style }: Context): string {
  return facts(
    [
      ['Connector', saved.connectorId],
      ['Vendor', saved.vendor],
      ['At work', saved.enabled],
      ...Object.entries(saved.settings).map(
        ([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)] as const,
      ),
      ['Secrets set', saved.secretsSet.join(', ')],
      ...formerSecretFacts(saved.formerSecrets),
      ...(saved.webhookPath === null ? [] : [['Let the vendor push to', `${baseUrl}${saved.webhookPath}`] as const]),
    ],
    style,
  );
}
