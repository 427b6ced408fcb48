import type { HubClient } from '@sallyport/contracts/client/index.ts';
import { withQuery } from './odata.ts';

/** Follows the cursor of a list of the administrator's API, until there are `most` or no more. */
export async function readPages<T>(
  client: HubClient,
  path: string,
  query: Readonly<Record<string, string | undefined>>,
  most: number,
): Promise<readonly T[]> {
  const found: T[] = [];
  for (let cursor: string | null = ''; cursor !== null && found.length < most; ) {
    const page: { readonly value: readonly T[]; readonly nextCursor: string | null } = await client.get(
      withQuery(path, { ...query, cursor, limit: Math.min(most - found.length, 1_000) }),
    );
    found.push(...page.value);
    cursor = page.nextCursor;
  }
  return found;
}
