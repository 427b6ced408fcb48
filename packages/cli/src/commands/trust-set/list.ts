import type { TrustSetResource } from '@sallyport/contracts/client/index.ts';
import { command } from '../../frame/command.ts';
import { table } from '../../output/table.ts';

export const TRUST_SETS = '/admin/v1/trust-sets';

export const list = command({
  name: 'list',
  summary: 'List the trust sets, with their CAs and who uses them',
  examples: [{ line: 'sallyport trust-set list' }],
  async run(_, { hub, style }) {
    const sets = await (await hub()).all<TrustSetResource>(TRUST_SETS);
    return {
      json: sets,
      text: table(
        sets,
        [
          { title: 'ID', cell: (set) => set.id },
          { title: 'NAME', cell: (set) => set.displayName },
          { title: 'CAS', cell: (set) => set.authorities.map(({ subject }) => subject).join('; ') },
          { title: 'DOORS', cell: (set) => set.usedBy.doors.join(' ') },
          { title: 'CLIENTS', cell: (set) => set.usedBy.clients.map(({ displayName }) => displayName).join(', ') },
        ],
        style,
        'There are no trust sets. "sallyport trust-set set --help" tells how to make one.',
      ),
    };
  },
});
