import type { TrustSetResource } from '@sallyport/contracts/client/index.ts';
import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { text } from '../../frame/flags.ts';
import { UsageError } from '../../frame/usage-error.ts';
import { facts } from '../../output/table.ts';
import { segment } from '../shared/odata.ts';
import { pemFrom } from '../shared/pem-file.ts';
import { withoutAbsent } from '../shared/without-absent.ts';
import { TRUST_SETS } from './list.ts';

export const set = command({
  name: 'set',
  summary: 'Make a trust set, or change it',
  description: 'The CAs of --file take the place of those before.',
  args: { set: word('SET', 'Id of the set: 1 to 63 lower-case letters, digits and hyphens') },
  flags: {
    name: text('NAME', 'What people call the set. Default for a new one: its id'),
    file: text('FILE', "PEM of the CAs that sign the devices' certificates themselves"),
  },
  examples: [{ line: 'sallyport trust-set set phones --name "Company phones" --file device-ca.pem' }],
  async run({ args, flags }, { hub, style }) {
    const client = await hub();
    const path = `${TRUST_SETS}/${segment(args.set)}`;
    const before = await client.find(path);
    const pem = flags.file === undefined ? undefined : await pemFrom(flags.file);
    if (before === undefined && pem === undefined)
      throw new UsageError(`There is no trust set "${args.set}". To make it, say which CAs are in it: --file FILE.`);
    const given = withoutAbsent({ displayName: flags.name, certificateAuthorities: pem });
    const after =
      before === undefined
        ? await client.post<TrustSetResource>(TRUST_SETS, { id: args.set, displayName: args.set, ...given })
        : await client.patch<TrustSetResource>(path, given);
    return {
      json: after,
      text: facts(
        [
          ['Id', after.id],
          ['Name', after.displayName],
          ['CAs', after.authorities.map(({ subject }) => subject).join('; ')],
        ],
        style,
      ),
    };
  },
});
