import { createHmac, timingSafeEqual } from 'node:crypto';
import { showsSecret } from '../kit/header-secret.ts';
import { parseIsoInstant } from '../kit/iso-instant.ts';
import type { ReceivedHeaders } from '../vendor.ts';
import type { WebhookSettings } from './settings.ts';
import { keyOf, signedPartsOf } from './settings.ts';

/** How signatures come in one header at most, as when a sender changes its secret. */
const MAX_SIGNATURES = 5;

/** What is wrong with the headers of a call, before its body is known; `undefined` when nothing is. */
export function problemOfHeaders(headers: ReceivedHeaders, settings: WebhookSettings, now: number): string | undefined {
  const { authentication, webhookHeader, timestampHeader, toleranceSeconds } = settings;
  if (headers[webhookHeader] === undefined) return `The header ${webhookHeader} is missing.`;
  if (authentication === 'secret')
    return showsSecret(headers, settings) ? undefined : `The header ${webhookHeader} does not hold the secret.`;
  if (signaturesIn(headers, settings).length === 0) {
    const { signaturePrefix, signatureEncoding } = settings;
    return `The header ${webhookHeader} holds no signature${signaturePrefix === '' ? '' : ` after ${signaturePrefix}`} of 32 bytes in ${signatureEncoding}.`;
  }
  if (timestampHeader === undefined) return undefined;
  const sentAt = timeOf(headers[timestampHeader]);
  if (sentAt === undefined) return `The header ${timestampHeader} holds no time.`;
  const apart = Math.abs(now - sentAt);
  return apart <= toleranceSeconds * 1000
    ? undefined
    : `The call was signed ${Math.round(apart / 1000)} seconds away from now; ${toleranceSeconds} are tolerated.`;
}

/** Whether one of the signatures is over this body. Takes as long for a wrong one. */
export function signatureFits(body: Uint8Array, headers: ReceivedHeaders, settings: WebhookSettings): boolean {
  if (settings.authentication === 'secret') return true;
  const key = keyOf(settings.webhookSecret, settings.secretEncoding);
  if (key === undefined) return false;
  const mac = createHmac('sha256', key);
  for (const part of signedPartsOf(settings)) {
    if ('text' in part) mac.update(part.text);
    else if ('header' in part) mac.update(single(headers[part.header]) ?? '');
    else if (part.is === 'timestamp') mac.update(single(headers[settings.timestampHeader ?? '']) ?? '');
    else mac.update(body);
  }
  const right = mac.digest();
  return signaturesIn(headers, settings).some((given) => timingSafeEqual(given, right));
}

/** Those in the header that begin with the prefix and have the length of a signature. */
function signaturesIn(
  headers: ReceivedHeaders,
  { webhookHeader, signaturePrefix, signatureEncoding }: WebhookSettings,
): readonly Buffer[] {
  const words = (single(headers[webhookHeader]) ?? '').trim().split(/\s+/).slice(0, MAX_SIGNATURES);
  const form = signatureEncoding === 'hex' ? /^[0-9a-f]{64}$/i : /^[A-Za-z0-9+/_-]{43}=?$/;
  return words
    .filter((word) => word.startsWith(signaturePrefix))
    .map((word) => word.slice(signaturePrefix.length))
    .filter((text) => form.test(text))
    .map((text) => Buffer.from(text, signatureEncoding));
}

/** Seconds or milliseconds since 1970, told apart by their size, or ISO 8601. */
function timeOf(header: ReceivedHeaders[string]): number | undefined {
  const text = single(header)?.trim() ?? '';
  if (!/^\d{1,15}$/.test(text)) return parseIsoInstant(text);
  return Number(text) < 1e11 ? Number(text) * 1000 : Number(text);
}

function single(header: ReceivedHeaders[string]): string | undefined {
  return typeof header === 'string' ? header : undefined;
}
