import type { UnknownTermResource } from '@sallyport/contracts/client/index.ts';
import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { facts } from '../../output/table.ts';
import { connectorIdHere } from '../shared/find.ts';
import { UNKNOWN_TERMS } from './unknown-terms.ts';

export const handleTerm = command({
  name: 'handle-term',
  summary: 'Decide what an unknown value of a vendor counts for',
  description:
    'disregarded: it says nothing about a device, and the last state that was understood counts, which opens devices that were compliant before. enforced: missing data, however many devices hold it. ' +
    'automatic: missing data, until much of the fleet holds it. Nothing that was reported worse than secured is lifted.',
  args: {
    connector: word('PARTNER', 'Short name of the partner, or the id of the connector'),
    field: word('FIELD', 'As "sallyport connector unknown-terms" shows it'),
    value: word('VALUE', 'As it is shown there'),
    handling: word('HANDLING', 'disregarded, enforced or automatic'),
  },
  examples: [{ line: 'sallyport connector handle-term lookout protection_status GUARDED enforced' }],
  async run({ args: { connector, ...given } }, { hub, style }) {
    const client = await hub();
    const term = await client.put<UnknownTermResource>(`${UNKNOWN_TERMS}/handling`, {
      connectorId: await connectorIdHere(client, connector),
      ...given,
    });
    return {
      json: term,
      text: facts(
        [
          ['Field', term.field],
          ['Value', term.value],
          ['Handling', term.handling],
          ['Devices', String(term.devices)],
        ],
        style,
      ),
    };
  },
});
