import { command } from '../../frame/command.ts';
import { oneOf, requiredText, text } from '../../frame/flags.ts';
import { UsageError } from '../../frame/usage-error.ts';
import { SECRET_HELP, signatureKey, SOURCES, sourceText, type Source } from './source-text.ts';

export const addSource = command({
  name: 'add-source',
  summary: 'Let a device management push inventories here',
  description:
    'Prints the address that it pushes to and, once, the key that it signs with. Nothing is given to a partner until the switches of its connector say so; docs/app-inventory.md tells more.',
  flags: {
    name: requiredText('NAME', 'What people call the source'),
    kind: oneOf(
      ['nanomdm', 'androidManagement'],
      'nanomdm: the webhook of NanoMDM or MicroMDM; androidManagement: the Android Management API. Default: nanomdm',
    ),
    secret: text('@FILE|VARIABLE', `${SECRET_HELP}. Default: one is made`),
    audience: text(
      'TEXT',
      "Of a push subscription of Pub/Sub, whose pushes are let in by Google's token; with --service-account",
    ),
    serviceAccount: text('MAIL', 'That the subscription signs with'),
  },
  examples: [
    {
      line: 'sallyport inventory add-source --name NanoMDM',
      says: 'then start NanoMDM with -webhook-url and -webhook-hmac-key as printed',
    },
    {
      line: 'sallyport inventory add-source --name Android --kind androidManagement --audience https://hub.example.com --service-account push@project.iam.gserviceaccount.com',
    },
  ],
  async run({ flags }, context) {
    const { name, kind = 'nanomdm', secret, audience, serviceAccount } = flags;
    if ((audience === undefined) !== (serviceAccount === undefined))
      throw new UsageError('--audience and --service-account belong together.');
    const client = await context.hub();
    const made = await client.post<Source>(SOURCES, {
      displayName: name,
      kind,
      ...(await signatureKey(secret, context)),
      ...(audience === undefined ? {} : { pubsub: { audience, serviceAccount } }),
    });
    return { json: made, text: sourceText(made, client.baseUrl, context.style) };
  },
});
