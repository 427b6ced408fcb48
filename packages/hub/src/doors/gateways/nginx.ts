import { isIP } from 'node:net';
import type { Segment } from '@sallyport/texts';
import { markedHtml } from '../../evidence/html.ts';
import type { Gateway, GatewayAnswer, PresentedCertificate } from './gateway.ts';
import { nginxPages } from './nginx-pages.ts';
import { misconfigured, ownHeaders, requiredHeader } from './own-headers.ts';

/**
 * nginx with `ngx_http_auth_request_module` (nginx.org/en/docs/http/ngx_http_auth_request_module.html): 2xx
 * lets the request pass, 401 and 403 refuse it, anything else becomes a 500. The subrequest carries all
 * headers of the client beside those that nginx sets.
 */
export const nginx: Gateway = {
  kind: 'nginx',

  read(rawHeaders, { userFrom }) {
    const userHeader = userFrom === 'device' ? undefined : userFrom.toLowerCase();
    const headers = ownHeaders(rawHeaders, userHeader === undefined ? HEADERS : new Set([...HEADERS, userHeader]));
    return {
      method: requiredHeader(headers, 'x-original-method'),
      host: requiredHeader(headers, 'x-original-host'),
      target: requiredHeader(headers, 'x-original-uri'),
      ip: ipOf(requiredHeader(headers, 'x-real-ip')),
      certificate: certificateOf(headers.get('x-ssl-client-verify'), headers.get('x-ssl-client-cert')),
      user: userHeader === undefined ? undefined : headers.get(userHeader),
      acceptLanguage: clientLanguage(rawHeaders),
    };
  },

  pages: nginxPages,

  answer(answer) {
    return { status: answer.granted ? 204 : 403, headers: headersOf(answer) };
  },
};

const HEADERS: ReadonlySet<string> = new Set([
  'x-original-uri',
  'x-original-method',
  'x-original-host',
  'x-real-ip',
  'x-ssl-client-verify',
  'x-ssl-client-cert',
]);

/** Names that `userFrom` must not take. */
export const NGINX_RESERVED_HEADERS: ReadonlySet<string> = new Set([
  ...HEADERS,
  'x-sallyport-door-key',
  'host',
  'connection',
  'content-length',
]);

/** The client's own header; it chooses words and nothing else, so it may be as it likes. */
function clientLanguage(rawHeaders: readonly string[]): string | undefined {
  const at = rawHeaders.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'accept-language');
  return at < 0 ? undefined : rawHeaders[at + 1];
}

function ipOf(value: string): string {
  if (isIP(value) === 0) throw misconfigured('x-real-ip', 'must hold $remote_addr');
  return value;
}

/** `$ssl_client_verify` is SUCCESS, NONE or FAILED:reason; both are empty, and so not sent, without TLS. */
function certificateOf(verify: string | undefined, escaped: string | undefined): PresentedCertificate {
  if (verify === undefined || verify === 'NONE') {
    return escaped === undefined
      ? { state: 'none' }
      : { state: 'invalid', problem: 'there is a certificate, but nginx verified none' };
  }
  if (verify !== 'SUCCESS') return { state: 'invalid', problem: `nginx says ${verify.slice(0, 100)}` };
  if (escaped === undefined)
    return {
      state: 'invalid',
      problem: 'nginx verified a certificate, but X-SSL-Client-Cert does not hold $ssl_client_escaped_cert',
    };
  try {
    return { state: 'presented', pem: decodeURIComponent(escaped) };
  } catch {
    return { state: 'invalid', problem: 'X-SSL-Client-Cert is not URL-encoded' };
  }
}

/**
 * All of them always, empty where there is nothing to say: `auth_request_set` of a missing header leaves
 * whatever the client sent under that name.
 */
function headersOf(answer: GatewayAnswer): Readonly<Record<string, string>> {
  const remediation = wholeOrNothing(answer.remediationUrl);
  const device = wholeOrNothing(percentEncoded(answer.device));
  const room = VALUES_BYTES - remediation.length - device.length;
  // Where the answer is no, its reason needs the room more than the longest of all names.
  const user = wholeOrNothing(percentEncoded(answer.user), answer.granted ? room : MOST_BYTES);
  const title = answer.granted ? '' : wholeOrNothing(htmlSafeAscii(answer.title));
  return {
    'x-sallyport-decision': answer.granted ? 'grant' : 'deny',
    'x-sallyport-reason': answer.reason,
    'x-sallyport-title': title,
    'x-sallyport-message': answer.granted ? '' : messageWithin(room - user.length - title.length, answer),
    'x-sallyport-language': answer.language,
    'x-sallyport-remediation': remediation,
    'x-sallyport-user': user,
    'x-sallyport-device': device,
    'cache-control': 'no-store',
  };
}

/**
 * Of title, message, user, device and link together. nginx reads the headers of an answer into one buffer, by default a page of
 * memory (`proxy_buffer_size`, 4,096 bytes); what is larger is a failure to it, and the person would see 503 and no reason.
 * The rest is for the names of the headers, the reason and the fixed headers of every answer.
 */
const VALUES_BYTES = 3_000;
/** Of a link, of the id of a device, and of the name of a user who is refused. */
const MOST_BYTES = 512;

/** All is ASCII here, so a character is a byte. A beginning would be the name of somebody else, or lead elsewhere. */
function wholeOrNothing(ascii: string, most = MOST_BYTES): string {
  return ascii.length > most ? '' : ascii;
}

function messageWithin(bytes: number, { message }: GatewayAnswer): string {
  return markedHtml(
    message((segments) => mostBytesOf(segments) <= bytes || markedHtml(segments, htmlSafeAscii).length <= bytes),
    htmlSafeAscii,
  );
}

function mostBytesOf(segments: readonly Segment[]): number {
  return segments.reduce((bytes, { text }) => bytes + MARK_BYTES + text.length * MOST_BYTES_PER_UNIT, 0);
}

/** `<span lang></span>` */
const MARK_BYTES = 18;
/** `&#65535;`; what is two UTF-16 units takes no more than `&#1114111;`. */
const MOST_BYTES_PER_UNIT = 8;

/** Text that nginx can put into an HTML page as it is: numeric character references for all but harmless ASCII. */
export function htmlSafeAscii(text: string): string {
  return text.replace(/[^\w .,:;!?()/+@-]/gu, (character) => `&#${character.codePointAt(0)};`);
}

/** Names as they are; what is not printable ASCII, and the percent sign, percent-encoded as UTF-8 (RFC 3986 section 2.1). */
function percentEncoded(text: string): string {
  return text.toWellFormed().replace(/[^\u0021-\u007e]|%/gu, (character) => encodeURIComponent(character));
}
