import type { ApplicationResource } from '@sallyport/contracts/client/index.ts';
import { command } from '../../frame/command.ts';
import { table } from '../../output/table.ts';
import { connectorNames } from '../shared/connector-names.ts';
import { APPLICATIONS } from '../shared/find.ts';

export const list = command({
  name: 'list',
  summary: 'List the clients of the API, with their permissions and secrets',
  examples: [{ line: 'sallyport client list' }],
  async run(_, { hub, style }) {
    const hubClient = await hub();
    const [clients, named] = await Promise.all([
      hubClient.all<ApplicationResource>(APPLICATIONS),
      connectorNames(hubClient),
    ]);
    return {
      json: clients,
      text: table(
        clients,
        [
          { title: 'NAME', cell: (client) => client.displayName },
          { title: 'CLIENT ID', cell: (client) => client.appId },
          {
            title: 'PERMISSIONS',
            cell: (client) =>
              client.permissions.length > 4 ? `${client.permissions.length} permissions` : client.permissions.join(' '),
          },
          { title: 'PARTNER', cell: (client) => named(client.mobileThreatDefenseConnectorId) },
          {
            title: 'SECRETS UNTIL',
            cell: (client) => client.passwordCredentials.map(({ endDateTime }) => endDateTime.slice(0, 10)).join(' '),
          },
        ],
        style,
        'There are no clients.',
      ),
    };
  },
});
