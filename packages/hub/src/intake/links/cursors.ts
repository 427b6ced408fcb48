import type { Clock } from '../../platform/clock.ts';
import type { Store } from '../../store/store.ts';
import type { Cursor } from '../../vendors/vendor.ts';

export type CursorName = 'poll' | 'stream';

/**
 * A place in a vendor's list or stream, kept across restarts. Written straight to the store: it is no
 * configuration, and an audit row for each batch would bury the others.
 */
export function storedCursor(
  store: Pick<Store, 'documents' | 'transaction'>,
  clock: Clock,
  connectorId: string,
  name: CursorName,
): Cursor {
  const id = cursorId(connectorId, name);
  return {
    async get() {
      const row = await store.documents.get('vendorCursor', id);
      return typeof row?.body.value === 'string' ? row.body.value : undefined;
    },
    async set(value) {
      await store.transaction(async (tx) => {
        if (value === undefined) await tx.documents.delete('vendorCursor', id);
        else await tx.documents.put('vendorCursor', id, { value }, clock.now());
      });
    },
  };
}

export function cursorId(connectorId: string, name: CursorName): string {
  return `${connectorId}:${name}`;
}

/** For a link that is removed: a new one begins at its beginning. */
export const CURSOR_NAMES: readonly CursorName[] = ['poll', 'stream'];

/**
 * Under which it is noted who spoke for a connector last. It outlives the link: what that vendor said stays when the
 * link is removed, and ends when another vendor is linked.
 */
export function lastVendorId(connectorId: string): string {
  return `${connectorId}:vendor`;
}
