import type { Feed } from '../vendor.ts';
import type { WireRecord } from './wire-read.ts';
import { isRecord } from './wire-read.ts';

/** What a connection keeps across restarts, where that is more than one word. Unreadable is as good as nothing. */
export async function keptJson(feed: Pick<Feed, 'cursor'>): Promise<WireRecord> {
  try {
    const value: unknown = JSON.parse((await feed.cursor.get()) ?? '{}');
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

/** An instant among what was kept. */
export function keptInstant(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
