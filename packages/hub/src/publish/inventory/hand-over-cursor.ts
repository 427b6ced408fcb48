import { createHash } from 'node:crypto';
import type { InventoryKind } from '@sallyport/core';
import type { InventorySharing } from '../../pipeline/inventory-sharing.ts';
import { sharingMark } from '../../pipeline/inventory-sharing.ts';

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
}

export function writeCursor(owner: CursorOwner, change: number, sharing: InventorySharing): string {
  return Buffer.from(JSON.stringify([2, ownerMark(owner), change, sharingMark(owner.kind, sharing)])).toString('base64url');
}

/** `undefined` for what is no cursor of this owner: one of another partner or organisation would skip changes. */
export function readCursor(owner: CursorOwner, text: string): HandOverCursor | undefined {
  if (!/^[A-Za-z0-9_-]{1,500}$/.test(text)) return undefined;
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (!Array.isArray(parts)) return undefined;
    const [version, of, change, mark] = parts as readonly unknown[];
    const isOurs = version === 2 && of === ownerMark(owner) && typeof change === 'number' && Number.isSafeInteger(change) && change >= 0 && typeof mark === 'string';
    return isOurs ? { change, mark } : undefined;
  } catch {
    return undefined;
  }
}

function ownerMark({ tenantId, connectorId, kind }: CursorOwner): string {
  return createHash('sha256').update(JSON.stringify([tenantId, connectorId, kind])).digest('base64url').slice(0, 12);
}

export interface Start {
  /** From which change to go on. */
  readonly after: number;
  readonly isRestart: boolean;
}

/**
 * Where to go on. From the beginning where the partner may see something else than when the cursor was made: what
 * was not allowed then did not change since and would never come, and what is not allowed any more is to be deleted.
 * Also where there is no such change yet: the database is older than the cursor, as after a backup was brought back.
 */
export function startOf(kind: InventoryKind, cursor: HandOverCursor | undefined, sharing: InventorySharing, lastChange: number): Start {
  const goesOn = cursor !== undefined && cursor.mark === sharingMark(kind, sharing) && cursor.change <= lastChange;
  return goesOn ? { after: cursor.change, isRestart: false } : { after: 0, isRestart: true };
}
