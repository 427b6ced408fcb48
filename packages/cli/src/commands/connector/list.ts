import type { ConnectorResource } from '@sallyport/contracts/client/index.ts';
import { command } from '../../frame/command.ts';
import { table } from '../../output/table.ts';
import { CONNECTORS } from '../shared/find.ts';
import { instant, stateColour } from '../shared/paint.ts';

export const list = command({
  name: 'list',
  summary: 'List the connectors to partners, with their state and last sign of life',
  examples: [
    { line: 'sallyport connector list' },
    { line: 'sallyport connector list --json', says: 'everything Graph has of a connector, for scripts' },
  ],
  async run(_, { hub, style }) {
    const connectors = await (await hub()).all<ConnectorResource>(CONNECTORS);
    return {
      json: connectors,
      text: table(
        connectors,
        [
          { title: 'PARTNER', cell: (one) => one.partnerDisplayName },
          { title: 'STATE', cell: (one) => one.partnerState, paint: stateColour(style) },
          { title: 'ANDROID', cell: (one) => one.androidEnabled },
          { title: 'IOS', cell: (one) => one.iosEnabled },
          { title: 'LAST HEARTBEAT', cell: (one) => instant(one.lastHeartbeatDateTime) },
          { title: 'ID', cell: (one) => one.id },
        ],
        style,
        'There are no connectors yet. Make one with: sallyport connector set lookout --android on --ios on',
      ),
    };
  },
});
