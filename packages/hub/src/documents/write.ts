import { isDeepStrictEqual } from 'node:util';
import { HubError } from '@sallyport/contracts';
import type { Clock } from '../platform/clock.ts';
import type { DocumentRow, Transaction } from '../store/store.ts';
import type { AccessEffect, Configuration } from './configuration.ts';
import type { DocumentType } from './document-type.ts';

/** How a document is read, changed and written in one transaction, with its audit row and its outbox row. */

export interface Writing {
  readonly configuration: Configuration;
  readonly clock: Clock;
  /** Who is named in the audit log. */
  readonly actor: string;
  /** Hears what the write did to access. */
  readonly evaluated?: ((effect: AccessEffect) => void) | undefined;
}

export interface Target extends Pick<DocumentType, 'kind' | 'name'> {
  /** As it is stored. */
  readonly id: string;
  /** The error where there is none; else `There is no NAME with the id "ID".` */
  readonly missing?: (() => HubError) | undefined;
}

type Body = object;
type Made = Promise<Body> | Body;

/**
 * Makes the document that `make` returns, or puts it in place of the one that is there. A body that is the same as before
 * leaves no new version and no audit row. `make` may refuse by throwing, and may run again when the transaction does.
 */
export function putDocument(
  { configuration, clock, actor, evaluated }: Writing,
  { kind, id }: Target,
  make: (before: DocumentRow | undefined, tx: Transaction) => Made,
): Promise<DocumentRow> {
  return configuration.write(
    actor,
    async (tx, changed) => {
      const before = await tx.documents.get(kind, id);
      const body = asStored(await make(before, tx));
      if (before !== undefined && before.unreadable !== true && isDeepStrictEqual(body, before.body)) return before;
      const row = await tx.documents.put(kind, id, body, clock.now());
      if (row === undefined) throw new Error('The store did not write a document that has no expected version.');
      changed({ kind, id, before: before?.body, after: row.body });
      return row;
    },
    evaluated,
  );
}

/** @throws HubError `already_exists` */
export function createDocument(
  writing: Writing,
  target: Target,
  make: (tx: Transaction) => Made,
): Promise<DocumentRow> {
  return putDocument(writing, target, (before, tx) => {
    if (before !== undefined)
      throw new HubError(
        'already_exists',
        `There is a ${target.name} with the id ${target.id} already; change it with PATCH.`,
        { field: 'id' },
      );
    return make(tx);
  });
}

/** @throws HubError `not_found` */
export function changeDocument(
  writing: Writing,
  target: Target,
  make: (before: DocumentRow, tx: Transaction) => Made,
): Promise<DocumentRow> {
  return putDocument(writing, target, (before, tx) => make(required(before, target), tx));
}

/** @param alongside may refuse by throwing, and may delete what belongs to it. @throws HubError `not_found` */
export function removeDocument(
  { configuration, actor, evaluated }: Writing,
  target: Target,
  alongside?: (before: DocumentRow, tx: Transaction) => Promise<void> | void,
): Promise<void> {
  const { kind, id } = target;
  return configuration.write(
    actor,
    async (tx, changed) => {
      const before = required(await tx.documents.get(kind, id), target);
      await alongside?.(before, tx);
      await tx.documents.delete(kind, id);
      changed({ kind, id, before: before.body });
    },
    evaluated,
  );
}

/** @throws HubError `not_found` */
export function required(row: DocumentRow | undefined, { name, id, missing }: Omit<Target, 'kind'>): DocumentRow {
  if (row === undefined)
    throw missing?.() ?? new HubError('not_found', `There is no ${name} with the id "${id.slice(0, 100)}".`);
  return row;
}

function asStored(body: Body): Readonly<Record<string, unknown>> {
  return JSON.parse(JSON.stringify(body)) as Record<string, unknown>;
}
