import { createHash } from 'node:crypto';
import type { InventoryKind } from '@sallyport/core';
import type { InventorySharing } from '../inventory-sharing.ts';
import { sharingMark } from '../inventory-sharing.ts';

/** Whose cursor it is: one partner's place in one kind of inventory of one organisation. */
export interface CursorOwner {
  readonly tenantId: string;
  readonly connectorId: string;
  readonly kind: InventoryKind;
}

/** Where a partner is in the changes. Opaque to partners; names no device. */
export interface HandOverCursor {
  /** The last change it was told of. */
  readonly change: number;
  /** What it was allowed to see then, see `sharingMark`. */
  readonly mark: string;
  /** The newest removal that was forgotten when it began. */
  readonly pruned: number;
}

export function writeCursor(owner: CursorOwner, change: number, sharing: InventorySharing, pruned: number): string {
  return Buffer.from(JSON.stringify([2, ownerMark(owner), change, sharingMark(owner.kind, sharing), pruned])).toString(
    'base64url',
  );
}

/** `undefined` for what is no cursor of this owner: one of another partner or organisation would skip changes. */
export function readCursor(owner: CursorOwner, text: string): HandOverCursor | undefined {
  if (!/^[A-Za-z0-9_-]{1,500}$/.test(text)) return undefined;
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (!Array.isArray(parts)) return undefined;
    // Cursors from before removals were forgotten know of none.
    const [version, of, change, mark, pruned = 0] = parts as readonly unknown[];
    return version === 2 && of === ownerMark(owner) && isNumber(change) && typeof mark === 'string' && isNumber(pruned)
      ? { change, mark, pruned }
      : undefined;
  } catch {
    return undefined;
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function ownerMark({ tenantId, connectorId, kind }: CursorOwner): string {
  return createHash('sha256')
    .update(JSON.stringify([tenantId, connectorId, kind]))
    .digest('base64url')
    .slice(0, 12);
}

export interface Start {
  /** From which change to go on. */
  readonly after: number;
  readonly isRestart: boolean;
  /** For the next cursor. */
  readonly pruned: number;
}

/** How far the changes have come. */
export interface Reach {
  readonly last: number;
  /** The newest removal that is forgotten, of the platforms that are shared. */
  readonly pruned: number;
}

/**
 * Where to go on. From the beginning where the partner may see something else than when the cursor was made: what
 * was not allowed then did not change since and would never come, and what is not allowed any more is to be deleted.
 * Also where there is no such change yet: the database is older than the cursor, as after a backup was brought back.
 * And where a removal was forgotten that the partner had not come to: it may hold what was removed.
 */
export function startOf(
  kind: InventoryKind,
  cursor: HandOverCursor | undefined,
  sharing: InventorySharing,
  { last, pruned }: Reach,
): Start {
  if (cursor === undefined || cursor.mark !== sharingMark(kind, sharing) || cursor.change > last)
    return { after: 0, isRestart: true, pruned };
  const missedNothing = cursor.change >= pruned || cursor.pruned >= pruned;
  return missedNothing
    ? { after: cursor.change, isRestart: false, pruned: cursor.pruned }
    : { after: 0, isRestart: true, pruned };
}
