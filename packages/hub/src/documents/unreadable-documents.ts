import type { DocumentKind } from '../store/store.ts';

export interface UnreadableDocument {
  readonly kind: DocumentKind;
  readonly id: string;
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

  /** It can be read again, or is there no more. */
  forget(kind: DocumentKind, id: string): void {
    this.#documents.delete(`${kind} ${id}`);
  }
}
