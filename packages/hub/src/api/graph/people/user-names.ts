import { HubError } from '@sallyport/contracts';
import type { GraphBody } from '@sallyport/contracts/graph/model.ts';
import type { Transaction } from '../../../store/store.ts';
import type { GraphDependencies } from '../routes/route.ts';

/** Doors and tokens name users by these, so no two users may have the same, in any letter case. */
const FIELDS = ['userPrincipalName', 'mail'] as const;

/**
 * Gives a user the names of `after`, instead of those of `before`.
 *
 * Memory knows every name but those that other processes have just written; these are kept as documents. Both are
 * hints, and the user whom they name is looked at: a name that was given up a moment ago is free. To be called in a
 * write of the configuration, of which there is one at a time.
 *
 * @throws HubError `already_exists` naming the field
 */
export async function takeUserNames(
  { view, clock }: Pick<GraphDependencies, 'view' | 'clock'>,
  tx: Transaction,
  id: string,
  before: GraphBody,
  after: GraphBody,
): Promise<void> {
  const held = namesOf(before);
  const wanted = namesOf(after);
  const fresh = [...wanted.keys()].filter((name) => !held.has(name));
  const kept = new Map((await tx.documents.find('userName', fresh)).map((row) => [row.id, row.body.userId]));
  for (const name of fresh) {
    const field = wanted.get(name) ?? '';
    for (const other of new Set([kept.get(name), view.user(name)?.id])) {
      if (
        typeof other !== 'string' ||
        other === id ||
        !namesOf((await tx.documents.get('user', other))?.body ?? {}).has(name)
      )
        continue;
      throw new HubError(
        'already_exists',
        `Another user, ${other}, has "${String(after[field])}" as userPrincipalName or mail.`,
        { field },
      );
    }
  }
  await Promise.all(fresh.map((name) => tx.documents.put('userName', name, { userId: id }, clock.now())));
  await giveUp(
    tx,
    [...held.keys()].filter((name) => !wanted.has(name)),
  );
}

/** The names of a user who is deleted are free again. */
export function releaseUserNames(tx: Transaction, user: GraphBody): Promise<void> {
  return giveUp(tx, [...namesOf(user).keys()]);
}

async function giveUp(tx: Transaction, names: readonly string[]): Promise<void> {
  for (const name of names) await tx.documents.delete('userName', name);
}

/** As they are compared, with the first field that each stands in. */
function namesOf(user: GraphBody): ReadonlyMap<string, (typeof FIELDS)[number]> {
  const names = new Map<string, (typeof FIELDS)[number]>();
  for (const field of FIELDS) {
    const name = user[field];
    if (typeof name === 'string' && name !== '' && !names.has(name.toLowerCase())) names.set(name.toLowerCase(), field);
  }
  return names;
}
