import type { X509Certificate } from 'node:crypto';
import { createAddressGuard } from '../../platform/address-guard.ts';
import { certificatesIn, type CefSettings } from '../../vendors/syslog-cef/settings.ts';
import type { LinkRuntime } from '../links/link-runtime.ts';

/** Who is at the other end of a connection. TLS has shown that it holds the key of the certificate. */
export interface Sender {
  readonly address: string;
  readonly certificate: X509Certificate | undefined;
}

export type SenderLink =
  | { readonly ok: true; readonly link: LinkRuntime }
  /** For the log. */
  | { readonly ok: false; readonly problem: string };

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const ANY_USAGE = '2.5.29.37.0';

/**
 * The link whose sender this is. A certificate tells better than an address, so addresses count only where no
 * link knows the certificate. What several links claim belongs to none of them.
 */
export function linkOfSender(links: readonly LinkRuntime[], sender: Sender, now: number): SenderLink {
  const { certificate, address } = sender;
  const byCertificate =
    certificate === undefined ? [] : links.filter((one) => knowsCertificate(settingsOf(one), certificate, now));
  const claimed =
    byCertificate.length > 0
      ? byCertificate
      : links.filter((one) => createAddressGuard(settingsOf(one).addresses).listsAddress(address));
  const [link, ...others] = claimed;
  if (link === undefined) return { ok: false, problem: 'no link knows its certificate or address' };
  if (others.length > 0)
    return { ok: false, problem: `several links claim it: ${claimed.map((one) => one.link.connectorId).join(', ')}` };
  return { ok: true, link };
}

function knowsCertificate({ clientCa, clientNames }: CefSettings, certificate: X509Certificate, now: number): boolean {
  if (clientCa === undefined || hasEnded(certificate, now) || !isForClients(certificate)) return false;
  const trusted = certificatesIn(clientCa).some(
    (known) =>
      known.fingerprint256 === certificate.fingerprint256 || (!hasEnded(known, now) && issued(known, certificate)),
  );
  return trusted && (clientNames.length === 0 || clientNames.some((name) => carriesName(certificate, name)));
}

/** Directly: an authority below the given one is to be given itself. */
function issued(authority: X509Certificate, certificate: X509Certificate): boolean {
  return authority.ca && certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}

/** That a certificate begins in the future says only that the clock is behind, and bad news has to come through then, too. */
function hasEnded({ validToDate }: X509Certificate, now: number): boolean {
  return now > validToDate.getTime();
}

/** RFC 5280, section 4.2.1.12: without the extension a certificate is for every use. */
function isForClients(certificate: X509Certificate): boolean {
  const usages = certificate.keyUsage as readonly string[] | undefined;
  return usages === undefined || usages.includes(CLIENT_AUTH) || usages.includes(ANY_USAGE);
}

function carriesName(certificate: X509Certificate, name: string): boolean {
  return certificate.checkHost(name, { subject: 'always', wildcards: false }) !== undefined;
}

function settingsOf({ link }: LinkRuntime): CefSettings {
  return link.settings as CefSettings;
}
