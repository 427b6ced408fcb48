import { command } from '../../frame/command.ts';
import { table } from '../../output/table.ts';
import { instant } from '../shared/paint.ts';
import { SOURCES, type Source } from './source-text.ts';

export const sources = command({
  name: 'sources',
  summary: 'List where inventories come from, and how each fares',
  description: 'Counts are since the hub started. "inventory source" shows one with the devices that nobody knows.',
  examples: [{ line: 'sallyport inventory sources' }],
  async run(_, { hub, style }) {
    const all = await (await hub()).all<Source>(SOURCES);
    return {
      json: all,
      text: table(
        all,
        [
          { title: 'NAME', cell: (source) => source.displayName },
          { title: 'KIND', cell: (source) => source.kind },
          { title: 'ENABLED', cell: (source) => source.enabled },
          { title: 'LAST HEARD', cell: (source) => instant(source.status.lastDateTime) },
          { title: 'KEPT', cell: (source) => source.status.kept },
          { title: 'UNKNOWN', cell: (source) => source.status.unmatched + source.status.ambiguous },
          { title: 'ID', cell: (source) => source.id },
        ],
        style,
        'There are no sources of inventories yet. "sallyport inventory add-source --help" tells how to make one.',
      ),
    };
  },
});
