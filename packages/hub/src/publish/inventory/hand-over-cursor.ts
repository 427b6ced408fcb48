import type { InventoryKind } from '@sallyport/core';
import type { InventorySharing } from '../../pipeline/inventory-sharing.ts';
import { seesMoreThan, sharingMark } from '../../pipeline/inventory-sharing.ts';

/** Where a partner is in the changes of one kind of inventory. Opaque to partners; names no device. */
export interface HandOverCursor {
  /** The last change it was told of. */
  readonly change: number;
  /** What it was allowed to see then, see `sharingMark`. */
  readonly mark: string;
}

export function writeCursor(kind: InventoryKind, change: number, sharing: InventorySharing): string {
  return Buffer.from(JSON.stringify([1, kind, change, sharingMark(kind, sharing)])).toString('base64url');
}

/** `undefined` for what is no cursor of ours for this kind. */
export function readCursor(kind: InventoryKind, text: string): HandOverCursor | undefined {
  if (!/^[A-Za-z0-9_-]{1,500}$/.test(text)) return undefined;
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (!Array.isArray(parts)) return undefined;
    const [version, of, change, mark] = parts as readonly unknown[];
    const isOurs = version === 1 && of === kind && typeof change === 'number' && Number.isSafeInteger(change) && change >= 0 && typeof mark === 'string';
    return isOurs ? { change, mark } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * From which change to go on. 0 where the partner may see more than when the cursor was made: what it was not
 * allowed to see then did not change since, and would never come otherwise.
 */
export function startOf(kind: InventoryKind, cursor: HandOverCursor | undefined, sharing: InventorySharing): number {
  return cursor === undefined || seesMoreThan(cursor.mark, kind, sharing) ? 0 : cursor.change;
}
