import type { DocumentKind, DocumentRow } from '../store/store.ts';

/** As much of an `application` as rules and doors name it by. */
export interface NamedApplication {
  readonly appId: string;
  readonly displayName: string;
  readonly identifierUris?: readonly string[] | undefined;
}

export interface UnreadableDocument {
  readonly kind: DocumentKind;
  readonly id: string;
}

/** Kinds that open nothing when one is left out: a name that means no application, a user who is not known, texts without a help desk. */
export const CLOSED_WITHOUT: ReadonlySet<DocumentKind> = new Set(['application', 'user', 'organization']);

export function isReadable(row: DocumentRow): boolean {
  return row.unreadable !== true && (row.kind !== 'application' || isNamed(row.body));
}

function isNamed({ appId, displayName, identifierUris }: DocumentRow['body']): boolean {
  const uris = identifierUris ?? [];
  return typeof appId === 'string' && typeof displayName === 'string' && Array.isArray(uris) && uris.every((uri) => typeof uri === 'string');
}

/** Why the hub does not start without a document: policies, partners and places restrict, and would be open without it. */
export function unreadableRule({ kind, id }: UnreadableDocument): Error {
  return new Error(`The ${kind} ${id} in the database cannot be read, and access could be open without it. Put the database back from your backup, or delete this row of the table "documents" if nothing depends on it.`);
}

/** The documents that cannot be read, as far as they are known. */
export class UnreadableDocuments {
  readonly #documents = new Map<string, UnreadableDocument>();

  get all(): readonly UnreadableDocument[] {
    return [...this.#documents.values()];
  }

  note(kind: DocumentKind, id: string): void {
    this.#documents.set(`${kind} ${id}`, { kind, id });
  }

  /** Whether the document as it now stands (`undefined`: deleted) is unreadable. */
  follow(kind: DocumentKind, id: string, row: DocumentRow | undefined): boolean {
    if (row === undefined || isReadable(row)) {
      this.#documents.delete(`${kind} ${id}`);
      return false;
    }
    this.note(kind, id);
    return true;
  }
}
