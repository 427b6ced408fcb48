import { createHmac, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { InventoryKind } from '@sallyport/core';
import type { InventoryPushBody } from '../../documents/kinds/inventory-push.ts';
import type { DataKey } from '../../platform/data-key.ts';
import type { DocumentRow } from '../../store/store.ts';

/** A target ready for use. In memory only. */
export interface PushTarget extends Omit<InventoryPushBody, 'sealedSecret'> {
  readonly connectorId: string;
  readonly secret: string;
  /** Of the document; another one means that it was changed. */
  readonly version: number;
}

/** Throws when the secret was sealed with another key. */
export function openTarget(
  { id, version }: Pick<DocumentRow, 'id' | 'version'>,
  { sealedSecret, ...body }: InventoryPushBody,
  dataKey: DataKey,
): PushTarget {
  return { ...body, connectorId: id, version, secret: dataKey.open(sealedSecret, contextOf(id)) };
}

export function sealPushSecret(connectorId: string, secret: string, dataKey: DataKey): string {
  return dataKey.seal(secret, contextOf(connectorId));
}

function contextOf(connectorId: string): string {
  return `inventoryPush/${connectorId}`;
}

/** As Standard Webhooks writes keys: `whsec_` and the bytes in base64. */
export function newPushSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** The headers of a message (Standard Webhooks 1.0: HMAC-SHA256 of `id.timestamp.body`). `at` in milliseconds. */
export function signatureHeaders(
  secret: string,
  messageId: string,
  at: number,
  body: string,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at / 1000));
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${messageId}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': messageId, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}

const cursorBody = z.object({ cursor: z.string() });

/** Id of the `inventoryCursor` document that says how far a push has come. */
export function pushCursorId(connectorId: string, kind: InventoryKind): string {
  return `${connectorId}:${kind}`;
}

export function cursorIn(row: DocumentRow | undefined): string | undefined {
  return cursorBody.safeParse(row?.body).data?.cursor;
}
