import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { DocumentKind, DocumentReader, DocumentRow, DocumentWriter } from '../store.ts';
import { gluedPages, PAGE, quoted } from './glued-pages.ts';
import { builders, isOneOf } from './session.ts';
import type { ReadSession, WriteSession } from './session.ts';
import type { Tables } from './tables.ts';

export function documentReader(session: ReadSession): DocumentReader {
  const db = builders[session.dialect];
  return {
    async get(kind, id) {
      const rows = await session.query(
        db.selectFrom('documents').selectAll().where('kind', '=', kind).where('id', '=', id),
      );
      return rows[0] && toDocument(rows[0]);
    },
    async find(kind, ids) {
      const rows = await session.query(
        db
          .selectFrom('documents')
          .selectAll()
          .where('kind', '=', kind)
          .where(isOneOf(session.dialect, 'id', ids))
          .orderBy('created_at')
          .orderBy('id'),
      );
      return rows.map(toDocument);
    },
    async list(kind) {
      const rows = await session.query(
        db.selectFrom('documents').selectAll().where('kind', '=', kind).orderBy('created_at').orderBy('id'),
      );
      return rows.map(toDocument);
    },
    snapshot: (kind) => snapshot(session, kind),
  };
}

type Glued = readonly [id: string, createdAt: number, modifiedAt: number, version: number, body: unknown];

async function* snapshot(session: ReadSession, kind: DocumentKind): AsyncGenerator<readonly DocumentRow[]> {
  let last = '';
  try {
    for await (const rows of gluedDocuments(session, kind)) {
      yield rows;
      last = rows.at(-1)?.id ?? last;
    }
  } catch (error) {
    // One text that is no JSON spoils the page that it is glued into.
    if (!(error instanceof SyntaxError)) throw error;
    yield* oneByOne(session, kind, last);
  }
}

async function* oneByOne(
  session: ReadSession,
  kind: DocumentKind,
  after: string,
): AsyncGenerator<readonly DocumentRow[]> {
  for (let last: string | undefined = after; last !== undefined; ) {
    const rows: readonly DocumentRow[] = (
      await session.query(
        builders[session.dialect]
          .selectFrom('documents')
          .selectAll()
          .where('kind', '=', kind)
          .where('id', '>', last)
          .orderBy('id')
          .limit(PAGE),
      )
    ).map(toDocument);
    if (rows.length > 0) yield rows;
    last = rows.at(-1)?.id;
  }
}

async function* gluedDocuments(session: ReadSession, kind: DocumentKind): AsyncGenerator<readonly DocumentRow[]> {
  const item = sql<string>`'[' || ${quoted(session, 'id')} || ',' || created_at || ',' || modified_at || ',' || version || ',' || body || ']'`;
  const pages = gluedPages(session, (after) =>
    builders[session.dialect]
      .selectFrom('documents')
      .select(['id', item.as('item')])
      .where('kind', '=', kind)
      .where('id', '>', after)
      .orderBy('id')
      .limit(PAGE)
      .as('page'),
  );
  for await (const { values } of pages) {
    yield (values as readonly Glued[]).map(([id, createdAt, modifiedAt, version, body]) => ({
      kind,
      id,
      ...bodyOf(body),
      createdAt,
      modifiedAt,
      version,
    }));
  }
}

export function documents(session: WriteSession): DocumentReader & DocumentWriter {
  const db = builders[session.dialect];
  return {
    ...documentReader(session),
    hold: () => session.lock('documents', 'exclusive'),
    async put(kind, id, body, at, expectVersion) {
      const text = JSON.stringify(body);
      const next = { body: text, modified_at: at };
      if (expectVersion !== undefined) {
        const [row] = await session.query(
          db
            .updateTable('documents')
            .set((eb) => ({ ...next, version: eb('version', '+', 1) }))
            .where('kind', '=', kind)
            .where('id', '=', id)
            .where('version', '=', expectVersion)
            .returningAll(),
        );
        return row && toDocument(row);
      }
      const [row] = await session.query(
        db
          .insertInto('documents')
          .values({ kind, id, ...next, created_at: at, version: 1 })
          .onConflict((conflict) =>
            conflict
              .columns(['kind', 'id'])
              .doUpdateSet((eb) => ({ ...next, version: eb('documents.version', '+', 1) })),
          )
          .returningAll(),
      );
      return row && toDocument(row);
    },
    async delete(kind, id) {
      const rows = await session.query(
        db.deleteFrom('documents').where('kind', '=', kind).where('id', '=', id).returning('id'),
      );
      return rows.length > 0;
    },
  };
}

function toDocument(row: Selectable<Tables['documents']>): DocumentRow {
  return {
    kind: row.kind,
    id: row.id,
    ...bodyOf(parsed(row.body)),
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
    version: row.version,
  };
}

/** Whoever lists a kind must get all others of it, whatever somebody wrote into the database. */
function bodyOf(value: unknown): Pick<DocumentRow, 'body' | 'unreadable'> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? { body: value as Record<string, unknown> } : { body: {}, unreadable: true };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
