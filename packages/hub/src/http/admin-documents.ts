import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { HubError } from '@sallyport/contracts';
import { isoTime, type Clock } from '../platform/clock.ts';
import type { AccessEffect, Configuration } from '../documents/configuration.ts';
import { readBody, type DocumentType } from '../documents/document-type.ts';
import {
  changeDocument,
  createDocument,
  removeDocument,
  required,
  type Target,
  type Writing,
} from '../documents/write.ts';
import { canonicalId } from '@sallyport/contracts/graph/canonical-id.ts';
import type { DocumentRow, Store, Transaction } from '../store/store.ts';

export interface AdminDependencies {
  readonly store: Pick<Store, 'documents'>;
  readonly configuration: Configuration;
  readonly clock: Clock;
}

/** Hears what the write did to access. */
type Evaluated = (effect: AccessEffect) => void;

/** Reading and writing the documents of one kind for administrators. */
export class AdminDocuments<Body> {
  readonly #deps: AdminDependencies;
  readonly #type: DocumentType<Body>;

  constructor(deps: AdminDependencies, type: DocumentType<Body>) {
    this.#deps = deps;
    this.#type = type;
  }

  list(): Promise<readonly DocumentRow[]> {
    return this.#deps.store.documents.list(this.#type.kind);
  }

  /** @throws HubError `not_found` */
  async get(id: string): Promise<DocumentRow> {
    return required(await this.#deps.store.documents.get(this.#type.kind, id), this.#target(id));
  }

  /** @throws HubError `already_exists` */
  create(
    request: FastifyRequest,
    id: string,
    make: (tx: Transaction) => Promise<object> | object,
    evaluated?: Evaluated,
  ): Promise<DocumentRow> {
    return createDocument(writingOf(this.#deps, request, evaluated), this.#target(id), make);
  }

  /** @throws HubError `not_found`; `conflict` for one that cannot be read */
  change(
    request: FastifyRequest,
    id: string,
    make: (before: Body, tx: Transaction) => Promise<object> | object,
    evaluated?: Evaluated,
  ): Promise<DocumentRow> {
    return changeDocument(writingOf(this.#deps, request, evaluated), this.#target(id), (row, tx) =>
      make(readable(this.#type, row), tx),
    );
  }

  /** @param check may refuse it. @throws HubError `not_found` */
  remove(
    request: FastifyRequest,
    id: string,
    check?: (row: DocumentRow, tx: Transaction) => Promise<void>,
    evaluated?: Evaluated,
  ): Promise<void> {
    return removeDocument(writingOf(this.#deps, request, evaluated), this.#target(id), check);
  }

  #target(id: string): Target {
    return { kind: this.#type.kind, name: this.#type.name, id };
  }
}

export function writingOf(
  { configuration, clock }: Pick<AdminDependencies, 'configuration' | 'clock'>,
  request: FastifyRequest,
  evaluated?: Evaluated,
): Writing {
  return { configuration, clock, actor: actorOf(request), evaluated };
}

/** @throws HubError `conflict` for a document that cannot be read */
export function readable<Body>(type: DocumentType<Body>, row: DocumentRow): Body {
  const body = readBody(type, row);
  if (body === undefined)
    throw new HubError(
      'conflict',
      `What is stored of the ${type.name} "${row.id.slice(0, 100)}" cannot be read. Delete it and make it again.`,
      { field: 'id' },
    );
  return body;
}

/** What is shown in place of a document that cannot be read. */
export const unreadableView = z.object({
  id: z.string(),
  unreadable: z
    .literal(true)
    .describe(
      'What is stored cannot be read, so what it allows is closed. Delete it and make it again, or restore the database from a backup.',
    ),
  createdDateTime: z.iso.datetime(),
  modifiedDateTime: z.iso.datetime(),
});

/** A document as `view` shows it, or, where it cannot be read, that this is so. */
export function shownOf<Body, View>(
  type: DocumentType<Body>,
  row: DocumentRow,
  view: (body: Body, row: DocumentRow) => View,
): View | z.infer<typeof unreadableView> {
  const body = readBody(type, row);
  if (body !== undefined) return view(body, row);
  return {
    id: row.id,
    unreadable: true,
    createdDateTime: isoTime(row.createdAt),
    modifiedDateTime: isoTime(row.modifiedAt),
  };
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
