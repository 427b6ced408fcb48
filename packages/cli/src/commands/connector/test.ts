import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { EXIT } from '../../frame/exit-codes.ts';
import { plain } from '../../output/plain.ts';
import { facts } from '../../output/table.ts';
import { connectorIdHere } from '../shared/find.ts';
import { instant } from '../shared/paint.ts';
import { formerSecretFacts, linkPath, type VendorLinkStatus } from './vendor-link.ts';

export const test = command({
  name: 'test',
  summary: 'Ask the vendor behind a connector whether address and credentials are right',
  args: { connector: word('PARTNER', 'Short name of the partner, or the id of the connector') },
  examples: [{ line: 'sallyport connector test lookout' }],
  async run({ args }, { hub, style }) {
    const client = await hub();
    const path = linkPath(await connectorIdHere(client, args.connector));
    const result = await client.post<{ readonly ok: boolean; readonly message: string }>(`${path}/test`);
    const status = await client.get<VendorLinkStatus>(`${path}/status`);
    const { problem } = status;
    return {
      json: { ...result, status },
      text: `${result.ok ? style.good('ok') : style.bad('failed')}  ${plain(result.message)}\n${facts(
        [
          ['At work', status.running],
          ['Last answer', instant(status.lastSuccessDateTime)],
          ['Last report', instant(status.lastReportDateTime)],
          ...formerSecretFacts(status.formerSecrets),
          ['Unknown values', unknownValues(status.unknownTerms)],
          ['Unreadable', unreadable(status.unread)],
          ['Problem', problem === null ? undefined : `${problem.message} (${instant(problem.dateTime) ?? ''})`],
        ],
        style,
      )}`,
      exit: result.ok ? EXIT.ok : EXIT.failed,
    };
  },
});

function unreadable(unread: VendorLinkStatus['unread']): string | undefined {
  return unread === null
    ? undefined
    : `${unread.count} ${unread.count === 1 ? 'record' : 'records'}, last ${instant(unread.lastDateTime) ?? ''}`;
}

function unknownValues(terms: VendorLinkStatus['unknownTerms']): string | undefined {
  if (terms.length === 0) return undefined;
  const shown = terms
    .slice(0, 3)
    .map(({ field, value, handling }) => `${field} "${value}"${handling === 'automatic' ? '' : ` (${handling})`}`)
    .join(', ');
  return `${shown}${terms.length > 3 ? ` and ${terms.length - 3} more` : ''}; see: sallyport connector unknown-terms`;
}
