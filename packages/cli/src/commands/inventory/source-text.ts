import type { HubClient } from '@sallyport/contracts/client/index.ts';
import type { Context } from '../../frame/command.ts';
import { facts } from '../../output/table.ts';
import type { Style } from '../../output/style.ts';
import { secretsFrom } from '../connector/link.ts';
import { instant } from '../shared/paint.ts';

export const SOURCES = '/admin/v1/inventory-sources';
export const SECRET_HELP =
  'The key of the signature, from a file, a variable of the environment, or standard input (@-)';

/** As the API answers it. */
export interface Source {
  readonly id: string;
  readonly displayName: string;
  readonly kind: string;
  readonly enabled: boolean;
  readonly pubsub: { readonly audience: string; readonly serviceAccount: string } | null;
  readonly webhookPath: string;
  readonly status: {
    readonly lastDateTime: string | null;
    readonly kept: number;
    readonly older: number;
    readonly unmatched: number;
    readonly ambiguous: number;
    readonly silent: number;
    readonly strangers: readonly string[];
  };
  readonly secret?: string;
}

/** By id or display name. */
export async function findSource(hub: HubClient, name: string): Promise<Source> {
  const lower = name.toLowerCase();
  const all = await hub.all<Source>(SOURCES);
  // One that the hub cannot read has no name.
  const found = all.filter(
    ({ id, displayName = id }) => id.toLowerCase() === lower || displayName.toLowerCase() === lower,
  );
  const [first, ...more] = found;
  if (first === undefined) throw new Error(`There is no inventory source "${name}".`);
  if (more.length > 0)
    throw new Error(
      `"${name}" is the name of ${found.length} inventory sources: ${found.map(({ id }) => id).join(', ')}. Name one of them by id.`,
    );
  return first;
}

export function sourceText(source: Source, baseUrl: string, style: Style): string {
  const { status, secret } = source;
  const text = facts(
    [
      ['Name', source.displayName],
      ['Id', source.id],
      ['Kind', source.kind],
      ['Enabled', source.enabled],
      ['Pushes to', `${baseUrl}${source.webhookPath}`],
      ...(source.pubsub === null
        ? []
        : [['Pub/Sub', `${source.pubsub.serviceAccount} for ${source.pubsub.audience}`] as const]),
      ...(secret === undefined ? [] : [['Secret', secret] as const]),
      ['Last heard', instant(status.lastDateTime)],
      ['Kept', status.kept],
      ['Older than kept', status.older],
      ['Of unknown devices', status.unmatched + status.ambiguous],
      ['About something else', status.silent],
      ['Devices nobody knows', status.strangers.join(', ')],
    ],
    style,
  );
  return secret === undefined ? text : `${text}\n${style.warn('The secret is shown only now.')}\n`;
}

/** `undefined`: the flag was not given. Never from the line itself, where every user of the machine could read it. */
export async function signatureKey(
  given: string | undefined,
  context: Context,
): Promise<Readonly<Record<string, string>>> {
  return given === undefined ? {} : secretsFrom([`secret=${given}`], context);
}
