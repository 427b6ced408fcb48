import { command } from '../../frame/command.ts';
import { word } from '../../frame/arguments.ts';
import { findConnector } from '../shared/find.ts';
import { connectorText } from './connector-text.ts';

export const get = command({
  name: 'get',
  summary: 'Show one connector',
  args: {
    connector: word('PARTNER', 'Short name of the partner (lookout, zimperium, ...), or the id of the connector'),
  },
  examples: [{ line: 'sallyport connector get lookout' }],
  async run({ args }, { hub, style }) {
    const connector = await findConnector(await hub(), args.connector);
    return { json: connector, text: connectorText(connector, style) };
  },
});
