/**
 * The kinds of documents that the hub is configured with. Each file of `documents/kinds` adds its own here (declaration
 * merging), so that the store knows their names and needs to import nothing.
 */
export interface DocumentKinds {}

/** Kinds that are no configuration: what the hub writes down for itself. */
type RecordKind =
  /** How far a vendor's lists, and the push of an inventory, have come. */
  | 'vendorCursor'
  | 'inventoryCursor'
  /** Which tenant this database belongs to, and the write probe behind `/readyz`. */
  | 'tenant'
  /** A device of which partners say different things, as it was told; id = device id. */
  | 'disagreement'
  /** A device of which identities of one partner say different things, as it was told; id = device id. */
  | 'identityConflict'
  /** What waits for the clock to be sure (`pipeline/wait-for-clock.ts`); id = connector id/report id. */
  | 'waitingSignal'
  /** A value of a vendor's that no table holds, as reports brought it; id = connector id/`termKey`. */
  | 'unknownTerm'
  /** A name that is to mean one user; id = the name in small letters. */
  | 'userName'
  /** Work on what is stored that an upgrade left to be done once, in the background; id = its name. */
  | 'upkeep';

export type DocumentKind = keyof DocumentKinds | RecordKind;

export interface DocumentRow {
  readonly kind: DocumentKind;
  /** Unique within the kind; compared as given (callers lower-case GUIDs). */
  readonly id: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly createdAt: number;
  readonly modifiedAt: number;
  /** 1, then one more at each write. */
  readonly version: number;
  /** What is stored is no JSON object; `body` is empty. */
  readonly unreadable?: true | undefined;
}

/** Documents are the configuration: few and small enough to be held in memory by who uses them. */
export interface DocumentReader {
  get(kind: DocumentKind, id: string): Promise<DocumentRow | undefined>;
  /** Those of the ids that there are, in the order of `list`. */
  find(kind: DocumentKind, ids: readonly string[]): Promise<readonly DocumentRow[]>;
  /** Ordered by `createdAt`, then `id`. */
  list(kind: DocumentKind): Promise<readonly DocumentRow[]>;
  /** All of a kind of which there may be very many, in pages ordered by id. Does not block writers. */
  snapshot(kind: DocumentKind): AsyncIterable<readonly DocumentRow[]>;
}

export interface DocumentWriter {
  /**
   * From now to the end of the transaction no other one, in any process, holds this: what several documents say
   * together stays true until what follows from it is written. To be called before anything else is done.
   */
  hold(): Promise<void>;
  /** Creates or replaces. With `expectVersion`: answers `undefined` and writes nothing when it is not the current one. */
  put(
    kind: DocumentKind,
    id: string,
    body: Readonly<Record<string, unknown>>,
    at: number,
    expectVersion?: number,
  ): Promise<DocumentRow | undefined>;
  /** Whether there was something to delete. */
  delete(kind: DocumentKind, id: string): Promise<boolean>;
}
