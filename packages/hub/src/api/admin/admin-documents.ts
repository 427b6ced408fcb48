import type { FastifyRequest } from 'fastify';
import { HubError } from '@sallyport/contracts';
import type { Clock } from '../../platform/clock.ts';
import type { AccessEffect, Configuration } from '../../documents/configuration.ts';
import { canonicalId } from '@sallyport/contracts/graph/canonical-id.ts';
import type { DocumentKind, DocumentRow, Store, Transaction } from '../../store/store.ts';

export interface AdminDependencies {
  readonly store: Pick<Store, 'documents'>;
  readonly configuration: Configuration;
  readonly clock: Clock;
}

type Body = Readonly<Record<string, unknown>>;
/** Hears what the write did to access. */
type Evaluated = (effect: AccessEffect) => void;

/** Reading and writing the documents of one kind, with audit and outbox rows through `Configuration`. */
export class AdminDocuments {
  readonly #deps: AdminDependencies;
  readonly #kind: DocumentKind;
  /** What people call it in messages: "door". */
  readonly #name: string;

  constructor(deps: AdminDependencies, kind: DocumentKind, name: string) {
    this.#deps = deps;
    this.#kind = kind;
    this.#name = name;
  }

  list(): Promise<readonly DocumentRow[]> {
    return this.#deps.store.documents.list(this.#kind);
  }

  /** @throws HubError `not_found` */
  async get(id: string): Promise<DocumentRow> {
    return this.#required(await this.#deps.store.documents.get(this.#kind, id), id);
  }

  /** @throws HubError `already_exists` */
  create(request: FastifyRequest, id: string, make: (tx: Transaction) => Promise<Body> | Body, evaluated?: Evaluated): Promise<DocumentRow> {
    return this.#deps.configuration.write(actorOf(request), async (tx, changed) => {
      if ((await tx.documents.get(this.#kind, id)) !== undefined) {
        throw new HubError('already_exists', `There is a ${this.#name} with the id ${id} already; change it with PATCH.`, { field: 'id' });
      }
      const row = this.#required(await tx.documents.put(this.#kind, id, await make(tx), this.#deps.clock.now()), id);
      changed({ kind: this.#kind, id, after: row.body });
      return row;
    }, evaluated);
  }

  /** @throws HubError `not_found` */
  change(request: FastifyRequest, id: string, make: (before: Body, tx: Transaction) => Promise<Body> | Body, evaluated?: Evaluated): Promise<DocumentRow> {
    return this.#deps.configuration.write(actorOf(request), async (tx, changed) => {
      const before = this.#required(await tx.documents.get(this.#kind, id), id);
      const row = this.#required(await tx.documents.put(this.#kind, id, await make(before.body, tx), this.#deps.clock.now()), id);
      changed({ kind: this.#kind, id, before: before.body, after: row.body });
      return row;
    }, evaluated);
  }

  /** @param check may refuse it. @throws HubError `not_found` */
  remove(request: FastifyRequest, id: string, check: (tx: Transaction) => Promise<void> = async () => undefined, evaluated?: Evaluated): Promise<void> {
    return this.#deps.configuration.write(actorOf(request), async (tx, changed) => {
      const before = this.#required(await tx.documents.get(this.#kind, id), id);
      await check(tx);
      await tx.documents.delete(this.#kind, id);
      changed({ kind: this.#kind, id, before: before.body });
    }, evaluated);
  }

  #required(row: DocumentRow | undefined, id: string): DocumentRow {
    if (row === undefined) throw new HubError('not_found', `There is no ${this.#name} with the id "${id.slice(0, 100)}".`);
    return row;
  }
}

/** Who is named in the audit log. */
export function actorOf({ caller }: FastifyRequest): string {
  if (caller === undefined) throw new Error('An administrator route ran without its authentication.');
  return caller.appId;
}

/** The `id` of the path, spelled as it is stored. */
export function idOf(request: FastifyRequest): string {
  return canonicalId((request.params as { id: string }).id);
}
