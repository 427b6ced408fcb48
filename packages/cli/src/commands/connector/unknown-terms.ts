import type { UnknownTermResource } from '@sallyport/contracts/client/index.ts';
import { command } from '../../frame/command.ts';
import { text } from '../../frame/flags.ts';
import { table } from '../../output/table.ts';
import { connectorNames } from '../shared/connector-names.ts';
import { connectorIdHere } from '../shared/find.ts';
import { withQuery } from '../shared/odata.ts';
import { instant } from '../shared/paint.ts';

export const UNKNOWN_TERMS = '/admin/v1/unknown-terms';

export const unknownTerms = command({
  name: 'unknown-terms',
  summary: "List the values in vendors' reports that the hub does not know",
  description:
    'A value about protection makes a device unknown; when much of the fleet holds it, the hub disregards it: the vendor has changed its vocabulary. "sallyport connector handle-term" decides otherwise.',
  flags: { connector: text('PARTNER', 'Only those of this partner: its short name, or the id of the connector') },
  examples: [
    { line: 'sallyport connector unknown-terms' },
    { line: 'sallyport connector unknown-terms --connector lookout' },
  ],
  async run({ flags }, { hub, style }) {
    const client = await hub();
    const only = flags.connector === undefined ? {} : { connectorId: await connectorIdHere(client, flags.connector) };
    const [terms, named] = await Promise.all([
      client.all<UnknownTermResource>(withQuery(UNKNOWN_TERMS, only)),
      connectorNames(client),
    ]);
    return {
      json: terms,
      text: table(
        terms,
        [
          { title: 'PARTNER', cell: ({ connectorId }) => named(connectorId) },
          { title: 'FIELD', cell: ({ field }) => field },
          { title: 'VALUE', cell: ({ value }) => value },
          { title: 'ABOUT', cell: ({ about }) => about },
          { title: 'DEVICES', cell: ({ devices }) => devices },
          { title: 'HANDLING', cell: ({ handling }) => handling },
          { title: 'FIRST SEEN', cell: ({ firstSeenDateTime }) => instant(firstSeenDateTime) },
          { title: 'LAST SEEN', cell: ({ lastSeenDateTime }) => instant(lastSeenDateTime) },
          { title: 'REPORT', cell: ({ reportId }) => reportId },
        ],
        style,
        'The hub knows every value that vendors have sent.',
      ),
    };
  },
});
