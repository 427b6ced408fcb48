import { hash, X509Certificate } from 'node:crypto';
import { createRequire } from 'node:module';
import type { X509Certificate as ParsedCertificate } from '@peculiar/x509';
import { BoundedCache } from '../../platform/bounded-cache.ts';
import type { DeviceCa } from './device-ca.ts';

export type CertificateCheck =
  | { readonly valid: true; readonly deviceId: string }
  /** `problem` is for the log and the administrator. */
  | { readonly valid: false; readonly problem: string };

interface Inspected {
  readonly deviceId: string;
  readonly notBefore: number;
  readonly notAfter: number;
}

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const LONGEST = 16_384;
const REMEMBERED = 10_000;

/**
 * Says which device a certificate belongs to, after checking it as if no gateway had: issuer and signature of
 * one of `cas`, both validity times, extended key usage (clientAuth, where there is one), not itself a CA, and
 * a device id that the common name and the URI names agree on.
 *
 * Possession of the key is what a TLS handshake proves; the caller must have seen one.
 * Reading and checking the signature is done once per certificate; the times are compared at every call.
 */
export class DeviceCertificates {
  readonly #cas: readonly DeviceCa[];
  readonly #seen = new BoundedCache<Inspected | string>(REMEMBERED);

  constructor(cas: readonly DeviceCa[]) {
    this.#cas = cas;
  }

  /** @param text PEM, or the DER in base64 */
  check(text: string, now: number): CertificateCheck {
    if (text.length > LONGEST) return { valid: false, problem: 'the certificate is too long' };
    const key = hash('sha256', text, 'base64');
    let inspected = this.#seen.get(key);
    if (inspected === undefined) {
      inspected = inspect(text, this.#cas);
      this.#seen.set(key, inspected);
    }
    if (typeof inspected === 'string') return { valid: false, problem: inspected };
    if (now < inspected.notBefore) return { valid: false, problem: 'the certificate or its CA is not valid yet' };
    if (now > inspected.notAfter) return { valid: false, problem: 'the certificate or its CA has expired' };
    return { valid: true, deviceId: inspected.deviceId };
  }
}

const require = createRequire(import.meta.url);
let loaded: typeof import('@peculiar/x509') | undefined;

/** Some two hundred modules that nothing else in a running hub needs: loaded with the first certificate, so that a hub is ready sooner. */
function x509(): typeof import('@peculiar/x509') {
  if (loaded === undefined) {
    require('reflect-metadata'); // What @peculiar/x509 needs to be loaded at all.
    loaded = require('@peculiar/x509') as typeof import('@peculiar/x509');
  }
  return loaded;
}

/** What can be said for good, or what is wrong with it for good. */
function inspect(text: string, cas: readonly DeviceCa[]): Inspected | string {
  const certificate = read(text);
  if (certificate === undefined) return 'the certificate cannot be read';
  if (certificate.ca) return 'a CA certificate is not a device certificate';
  const ca = cas.find((candidate) => isIssuedBy(certificate, candidate));
  if (ca === undefined) return 'the certificate is not signed by a device CA that is trusted here';
  const parsed = new (x509().X509Certificate)(certificate.raw);
  const usage = parsed.getExtension(x509().ExtendedKeyUsageExtension);
  if (usage !== null && !usage.usages.includes(CLIENT_AUTH)) return 'the certificate is not meant for client authentication';
  const deviceId = deviceIdOf(parsed);
  if (deviceId === undefined) return 'the certificate names no device, or its common name and URI name different ones';
  return {
    deviceId,
    notBefore: Math.max(ca.notBefore, certificate.validFromDate.getTime()),
    notAfter: Math.min(ca.notAfter, certificate.validToDate.getTime()),
  };
}

function read(text: string): X509Certificate | undefined {
  try {
    if (!text.includes('-----')) return isBase64(text) ? new X509Certificate(Buffer.from(text, 'base64')) : undefined;
    // OpenSSL reads the first of several and keeps quiet about the others.
    return text.split('-----BEGIN ').length === 2 ? new X509Certificate(text) : undefined;
  } catch {
    return undefined;
  }
}

function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/=\s]+$/u.test(text);
}

function isIssuedBy(certificate: X509Certificate, { certificate: ca }: DeviceCa): boolean {
  try {
    return certificate.checkIssued(ca) && certificate.verify(ca.publicKey);
  } catch {
    return false; // A key type that cannot have made this signature.
  }
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u;

/**
 * The one id that all of common name and URI names say; `undefined` when there is none or they differ. Beside a URI
 * that names the device, a common name that is no id is somebody's name, as Intune's certificates have it.
 */
function deviceIdOf(certificate: ParsedCertificate): string | undefined {
  const names = certificate.getExtension(x509().SubjectAlternativeNameExtension)?.names.items.filter((name) => name.type === 'url') ?? [];
  const uris = lowerCased(names.map((name) => deviceIdInUri(name.value)).filter((id) => id !== undefined));
  const common = lowerCased(certificate.subjectName.getField('CN'));
  const named = uris.length === 0 ? common : [...common.filter((name) => GUID.test(name)), ...uris];
  const [deviceId] = named;
  return deviceId !== undefined && deviceId !== '' && named.every((id) => id === deviceId) ? deviceId : undefined;
}

function lowerCased(names: readonly string[]): readonly string[] {
  return names.map((name) => name.trim().toLowerCase());
}

/** Forms that certificate authorities of device managements write; URIs about other things are passed over. */
const DEVICE_URIS: readonly RegExp[] = [
  /^urn:uuid:([^/?#]+)$/iu,
  /^urn:[^?#]*:device(?:id)?:([^:/?#]+)$/iu,
  /^[a-z]*deviceid:\/\/([^/?#]+)\/?$/iu,
  /^[a-z][a-z0-9+.-]*:\/\/[^?#]*\/devices?\/([^/?#]+)$/iu,
];

function deviceIdInUri(uri: string): string | undefined {
  for (const form of DEVICE_URIS) {
    const id = form.exec(uri)?.[1];
    if (id !== undefined) return id;
  }
  return undefined;
}
