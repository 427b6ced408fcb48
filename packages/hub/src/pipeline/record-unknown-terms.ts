import { termKey, type Signal, type UnknownTerm } from '@sallyport/core';
import { z } from 'zod';
import { readBody } from '../documents/document-type.ts';
import { hasElapsed, type Clock } from '../platform/clock.ts';
import type { DocumentRow, Store, Transaction } from '../store/store.ts';
import type { ReadModel } from '../view/read-model.ts';

/** A stored `unknownTerm` document. */
export interface RecordedTerm extends UnknownTerm {
  readonly connectorId: string;
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  /** The newest report that brought it. */
  readonly reportId: string;
  /** The first devices that it was reported of. */
  readonly deviceIds: readonly string[];
}

export interface RecordDependencies {
  readonly store: Pick<Store, 'documents' | 'transaction'>;
  readonly memory: ReadModel;
  readonly clock: Clock;
}

/** A vendor may send any number of values: so many of a connector's are listed, the first ones. */
const MAX_TERMS = 1_000;
/** Devices that are named with each. */
const MAX_DEVICES = 100;
/** That a value was seen again is written at most this often. */
const SEEN_EVERY_MS = 60_000;
const PRUNE_EVERY_MS = 3_600_000;
/** A value that was not seen for so long, and that no device holds, is listed no more. */
const LISTED_FOR_MS = 30 * 86_400_000;

/**
 * Lists the values that no vendor's table holds. Reports are not made to wait for it: what they brought is written a
 * moment later. After a crash in between the list lacks a value until it comes again; the reports have their flags.
 */
export class RecordUnknownTerms {
  readonly #deps: RecordDependencies;
  /** What is stored, by id, read at the first writing. */
  #stored: Map<string, RecordedTerm> | undefined;
  #pending = new Map<string, RecordedTerm>();
  #prunedAt = -Infinity;

  constructor(deps: RecordDependencies) {
    this.#deps = deps;
  }

  /** A report was taken. `deviceId` is absent where it waits for its device. */
  note({ connectorId, reportId, unknownTerms = [] }: Signal, deviceId: string | undefined): void {
    const now = this.#deps.clock.now();
    for (const { field, value, about } of unknownTerms) {
      const id = documentId(connectorId, { field, value });
      const seen = {
        connectorId,
        field,
        value,
        about,
        firstSeenAt: now,
        lastSeenAt: now,
        reportId,
        deviceIds: deviceId === undefined ? [] : [deviceId],
      };
      const pending = this.#pending.get(id);
      if (pending !== undefined || this.#pending.size < MAX_TERMS) this.#pending.set(id, together(pending, seen));
    }
  }

  /** To be called every second. */
  async write(): Promise<void> {
    const { store, clock } = this.#deps;
    const now = clock.now();
    const prune = clock.mayDelete !== false && hasElapsed(this.#prunedAt, PRUNE_EVERY_MS, now);
    if (this.#pending.size === 0 && !prune) return;
    const stored = (this.#stored ??= await this.#read());
    const news = newsOf(this.#pending, stored);
    const old = prune ? [...stored].filter(([, term]) => this.#isOld(term, now)).map(([id]) => id) : [];
    const taken = this.#pending;
    this.#pending = new Map();
    try {
      if (news.length > 0 || old.length > 0) await store.transaction((tx) => put(tx, stored, news, old, now));
      if (prune) this.#prunedAt = now;
    } catch (error) {
      for (const [id, seen] of this.#pending) taken.set(id, together(taken.get(id), seen));
      this.#pending = taken;
      this.#stored = undefined;
      throw error;
    }
  }

  async #read(): Promise<Map<string, RecordedTerm>> {
    const stored = new Map<string, RecordedTerm>();
    for await (const page of this.#deps.store.documents.snapshot('unknownTerm'))
      for (const [id, term] of recordedTerms(page)) stored.set(id, term);
    return stored;
  }

  #isOld({ connectorId, lastSeenAt, ...term }: RecordedTerm, now: number): boolean {
    return (
      hasElapsed(lastSeenAt, LISTED_FOR_MS, now) &&
      this.#deps.memory.fleet.terms.holders(connectorId, termKey(term)).size === 0
    );
  }
}

const recordedTerm: z.ZodType<RecordedTerm> = z.object({
  connectorId: z.string(),
  field: z.string(),
  value: z.string(),
  about: z.enum(['protection', 'level', 'finding', 'other']),
  firstSeenAt: z.number(),
  lastSeenAt: z.number(),
  reportId: z.string(),
  deviceIds: z.array(z.string()),
});

/** Those that can be read, by id; another one is listed again when its value comes again. */
export function recordedTerms(rows: readonly DocumentRow[]): readonly (readonly [id: string, term: RecordedTerm])[] {
  return rows.flatMap((row) => {
    const term = readBody({ body: recordedTerm }, row);
    return term === undefined ? [] : [[row.id, term] as const];
  });
}

/** Ends the list of a connector whose partner is forgotten. */
export async function forgetUnknownTerms(tx: Transaction, connectorId: string): Promise<void> {
  for (const { id, body } of await tx.documents.list('unknownTerm'))
    if (body.connectorId === connectorId) await tx.documents.delete('unknownTerm', id);
}

function documentId(connectorId: string, term: Pick<UnknownTerm, 'field' | 'value'>): string {
  return `${connectorId}/${termKey(term)}`;
}

/** What is to be written of what was seen: beyond so many values of a connector only those that are stored already. */
function newsOf(
  pending: ReadonlyMap<string, RecordedTerm>,
  stored: ReadonlyMap<string, RecordedTerm>,
): readonly (readonly [string, RecordedTerm])[] {
  const counts = new Map<string, number>();
  for (const { connectorId } of stored.values()) counts.set(connectorId, (counts.get(connectorId) ?? 0) + 1);
  return [...pending].filter(([id, seen]) => {
    const known = stored.get(id);
    if (known !== undefined) return isNews(known, seen);
    const count = (counts.get(seen.connectorId) ?? 0) + 1;
    counts.set(seen.connectorId, count);
    return count <= MAX_TERMS;
  });
}

function isNews(known: RecordedTerm, seen: RecordedTerm): boolean {
  return (
    hasElapsed(known.lastSeenAt, SEEN_EVERY_MS, seen.lastSeenAt) ||
    (known.deviceIds.length < MAX_DEVICES && seen.deviceIds.some((deviceId) => !known.deviceIds.includes(deviceId)))
  );
}

/** Other processes write to the same list: what is stored is read again. */
async function put(
  tx: Transaction,
  stored: Map<string, RecordedTerm>,
  news: readonly (readonly [string, RecordedTerm])[],
  old: readonly string[],
  now: number,
): Promise<void> {
  await tx.documents.hold();
  const rows = new Map(recordedTerms(await tx.documents.find('unknownTerm', [...news.map(([id]) => id), ...old])));
  for (const [id, seen] of news) {
    const term = together(rows.get(id), seen);
    await tx.documents.put('unknownTerm', id, { ...term }, now);
    stored.set(id, term);
  }
  for (const id of old) {
    const row = rows.get(id);
    if (row !== undefined && hasElapsed(row.lastSeenAt, LISTED_FOR_MS, now))
      await tx.documents.delete('unknownTerm', id);
    stored.delete(id);
  }
}

function together(before: RecordedTerm | undefined, { firstSeenAt, deviceIds, ...seen }: RecordedTerm): RecordedTerm {
  return {
    ...seen,
    firstSeenAt: Math.min(before?.firstSeenAt ?? firstSeenAt, firstSeenAt),
    deviceIds: [...new Set([...(before?.deviceIds ?? []), ...deviceIds])].slice(0, MAX_DEVICES),
  };
}
