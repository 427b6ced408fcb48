import { isPermission, PERMISSIONS } from '@sallyport/contracts';
import type { ApplicationResource } from '@sallyport/contracts/client/index.ts';
import { command } from '../../frame/command.ts';
import { didYouMean } from '../../frame/did-you-mean.ts';
import { requiredText, text, texts } from '../../frame/flags.ts';
import { UsageError } from '../../frame/usage-error.ts';
import { APPLICATIONS, findConnector } from '../shared/find.ts';
import { askingFlags, askingMembers } from './asking-flags.ts';
import { addSecret, newClientText } from './new-secret.ts';

export const create = command({
  name: 'create',
  summary: 'Register a client of the API, with its first secret',
  description: `Permissions carry Graph's names: ${PERMISSIONS.join(', ')}.`,
  flags: {
    name: requiredText('NAME', 'What people call the client'),
    permission: texts('NAME', 'A permission that its tokens carry'),
    connector: text('PARTNER', 'The connector that this client reports for; needed with update_device_health'),
    ...askingFlags,
    secretUntil: text('DATE', 'When the secret ends, as 2027-12-31. Default: in two years'),
  },
  examples: [
    {
      line: 'sallyport client create --name "Lookout bridge" --permission update_device_health --connector lookout',
      says: 'a partner that reports through the partner API',
    },
    {
      line: 'sallyport client create --name gateway --permission Sallyport.Access.Evaluate',
      says: 'a gateway that asks the AuthZEN API',
    },
    {
      line: 'sallyport client create --name vpn --permission Sallyport.Access.Evaluate --trust-set phones',
      says: 'one that hands on device certificates',
    },
  ],
  async run({ flags }, { hub, style }) {
    for (const name of flags.permission) {
      if (!isPermission(name)) throw new UsageError(`There is no permission ${name}.${didYouMean(name, PERMISSIONS)}`);
    }
    if (flags.permission.includes('update_device_health') && flags.connector === undefined)
      throw new UsageError(
        'A client with update_device_health reports for one connector: say which with --connector PARTNER.',
      );
    const client = await hub();
    const connectorId = flags.connector === undefined ? null : (await findConnector(client, flags.connector)).id;
    const application = await client.post<ApplicationResource>(APPLICATIONS, {
      displayName: flags.name,
      permissions: flags.permission,
      mobileThreatDefenseConnectorId: connectorId,
      ...askingMembers(flags),
    });
    const secret = await addSecret(client, application, 'first', flags.secretUntil);
    return {
      json: { ...application, clientSecret: secret.secretText },
      text: newClientText(application, secret, style),
    };
  },
});
