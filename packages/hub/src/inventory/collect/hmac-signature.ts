import { createHmac, timingSafeEqual } from 'node:crypto';

/** The header of NanoMDM's webhook (`-webhook-hmac-key`). */
export const SIGNATURE_HEADER = 'x-hmac-signature';

/** Whether `header` is the base64 HMAC-SHA256 of the body. Takes as long for a wrong one as for the right one. */
export function isSignedBy(key: string, body: Uint8Array, header: string | readonly string[] | undefined): boolean {
  if (typeof header !== 'string' || !/^[A-Za-z0-9+/]{43}=$/.test(header)) return false;
  const expected = createHmac('sha256', key).update(body).digest();
  return timingSafeEqual(expected, Buffer.from(header, 'base64'));
}
