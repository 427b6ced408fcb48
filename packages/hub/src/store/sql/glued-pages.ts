import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import type { AliasedSelectQueryBuilder, RawBuilder } from 'kysely';
import { builders } from './session.ts';
import type { ReadSession } from './session.ts';

/** Rows of a page; large enough that the way to the database does not count. */
export const PAGE = 2000;

interface Item {
  readonly id: string;
  /** JSON, one or several values with commas between. */
  readonly item: string;
}

interface Page {
  /** One JSON array. */
  readonly text: string;
  readonly count: number;
  readonly last: string;
}

/**
 * Reads a whole table in the order of its ids. The database glues the JSON texts of a page together, so that a
 * page is one value to carry and one to parse; the next page is read while the caller works on this one. What is there
 * all the while is given once, as it was at some moment since the call.
 *
 * @param query the `PAGE` items after an id, in order
 */
export async function* gluedPages(
  session: ReadSession,
  query: (after: string) => AliasedSelectQueryBuilder<Item, 'page'>,
): AsyncGenerator<{ readonly values: readonly unknown[]; readonly count: number }> {
  let next: Promise<Page> | undefined = page(session, query(''));
  while (next) {
    const { text, count, last }: Page = await next;
    if (count === 0) return;
    next = count < PAGE ? undefined : page(session, query(last));
    // A reader that stops early leaves this page unread; its failure concerns nobody.
    next?.catch(() => {});
    // What is asked is sent at the end of this turn: without a new one the database would wait for the work on this page.
    await setImmediate();
    yield { values: JSON.parse(text) as unknown[], count };
  }
}

async function page(session: ReadSession, items: AliasedSelectQueryBuilder<Item, 'page'>): Promise<Page> {
  const [row] = await session.query(
    builders[session.dialect]
      .selectFrom(items)
      .select([
        sql<string | null>`'[' || string_agg(item, ',') || ']'`.as('text'),
        sql<number>`count(*)`.as('count'),
        sql<string | null>`max(id)`.as('last'),
      ]),
  );
  return { text: row?.text ?? '[]', count: row?.count ?? 0, last: row?.last ?? '' };
}

/** A text as JSON, in quotes. */
export function quoted(session: ReadSession, column: string): RawBuilder<string> {
  return session.dialect === 'sqlite'
    ? sql<string>`json_quote(${sql.ref(column)})`
    : sql<string>`to_json(${sql.ref(column)})::text`;
}
