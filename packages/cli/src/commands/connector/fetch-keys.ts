import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { EXIT } from '../../frame/exit-codes.ts';
import { plain } from '../../output/plain.ts';
import { connectorIdHere } from '../shared/find.ts';
import { linkPath } from './vendor-link.ts';

interface FetchedKeys {
  readonly ok: boolean;
  readonly message: string;
  readonly keys: readonly { readonly keyId: string | null; readonly keyType: string }[];
}

export const fetchKeys = command({
  name: 'fetch-keys',
  summary: 'Read the keys that a transmitter of Shared Signals signs with, now',
  description: 'They are read again every five minutes by themselves; this is for a key that was withdrawn just now.',
  args: { connector: word('PARTNER', 'Short name of the partner, or the id of the connector') },
  examples: [{ line: 'sallyport connector fetch-keys Okta' }],
  async run({ args }, { hub, style }) {
    const client = await hub();
    const result = await client.post<FetchedKeys>(
      `${linkPath(await connectorIdHere(client, args.connector))}/fetchKeys`,
    );
    const keys = result.keys
      .map(({ keyId, keyType }) => `  ${plain(keyId ?? '(no id)')}  ${plain(keyType)}\n`)
      .join('');
    return {
      json: result,
      text: `${result.ok ? style.good('ok') : style.bad('failed')}  ${plain(result.message)}\n${keys}`,
      exit: result.ok ? EXIT.ok : EXIT.failed,
    };
  },
});
