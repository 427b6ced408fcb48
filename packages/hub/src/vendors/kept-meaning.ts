import { keptJson } from './kept-json.ts';
import type { Feed } from './vendor.ts';

/**
 * Runs `read`, which reads a whole list, and tells it whether a setting that gives the vendor's words their meaning
 * has changed since a list was last read to its end: then every word is news, and not only those that changed.
 */
export async function withMeaning(feed: Pick<Feed, 'cursor'>, meaning: string, read: (anew: boolean) => Promise<unknown>): Promise<void> {
  const { meaning: before } = await keptJson(feed);
  await read(before !== undefined && before !== meaning);
  if (before !== meaning) await feed.cursor.set(JSON.stringify({ ...await keptJson(feed), meaning }));
}
