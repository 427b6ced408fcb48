import { createHmac } from 'node:crypto';
import { hashOfSecret, secretMatches } from '../../platform/secrets.ts';
import type { ReceivedHeaders } from '../../vendors/vendor.ts';

/** As Azure Monitor: a signature counts this long before and after its date. */
const MAX_AGE_MS = 15 * 60_000;
const RFC_1123 = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * Whether a call is signed as Azure Monitor's HTTP Data Collector API wants it: `SharedKey {workspace}:{base64
 * of HMAC-SHA256}` over method, length of the body, type, `x-ms-date` and resource
 * (learn.microsoft.com, "HTTP Data Collector API", Authorization). The body itself is not signed, only its
 * length: TLS keeps it from being changed on the way.
 */
export function isSignedWithSharedKey(
  headers: ReceivedHeaders,
  { workspaceId, sharedKey }: { readonly workspaceId: string; readonly sharedKey: string },
  now: number,
): boolean {
  const { authorization, 'x-ms-date': date, 'content-length': length } = headers;
  if (
    typeof authorization !== 'string' ||
    typeof date !== 'string' ||
    typeof length !== 'string' ||
    !/^\d{1,12}$/.test(length)
  )
    return false;
  if (!RFC_1123.test(date) || !(Math.abs(Date.parse(date) - now) <= MAX_AGE_MS)) return false;
  const signature = createHmac('sha256', Buffer.from(sharedKey, 'base64'))
    .update(`POST\n${Number(length)}\napplication/json\nx-ms-date:${date}\n/api/logs`, 'utf8')
    .digest('base64');
  const [scheme, given = ''] = authorization.split(' ', 2);
  const place = given.indexOf(':');
  const isOurs = scheme === 'SharedKey' && given.slice(0, place).toLowerCase() === workspaceId.toLowerCase();
  return secretMatches(given.slice(place + 1), hashOfSecret(signature)) && isOurs;
}
