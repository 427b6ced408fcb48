import { hash, X509Certificate } from 'node:crypto';
import { createRequire } from 'node:module';
import type { X509Certificate as ParsedCertificate } from '@peculiar/x509';
import type { AccessView } from '../view/ports.ts';
import { BoundedCache } from '../platform/bounded-cache.ts';
import type { DeviceCa } from './device-ca.ts';
import { deviceNamedBy, meantDevice } from './device-names.ts';
import type { NamedDevice } from './device-names.ts';

export type CertificateCheck =
  /** `unknown`: ids beside it that no device here has, for a warning. */
  | { readonly valid: true; readonly deviceId: string; readonly unknown: readonly string[] }
  /** `problem` is for the log and the administrator. */
  | { readonly valid: false; readonly problem: string };

interface Inspected {
  readonly names: readonly NamedDevice[];
  readonly notBefore: number;
  readonly notAfter: number;
}

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const LONGEST = 16_384;
const REMEMBERED = 10_000;

/**
 * Says which device a certificate belongs to, after checking it as if no gateway had: issuer and signature of
 * one of `cas`, both validity times, extended key usage (clientAuth, where there is one), not itself a CA, and
 * device ids (`device-names.ts`) that all mean the same device.
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

  /**
   * @param text PEM, or the DER in base64
   * @param view where the ids that the certificate names are looked up, at every call
   */
  check(text: string, now: number, view: Pick<AccessView, 'deviceId' | 'successorOf'>): CertificateCheck {
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
    const meant = meantDevice(
      inspected.names,
      (id) => view.deviceId({ grade: 'certificate', value: id }),
      (id) => view.successorOf(id),
    );
    return 'problem' in meant ? { valid: false, problem: meant.problem } : { valid: true, ...meant };
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
  const said = understood(certificate);
  if (said === undefined) return 'the certificate holds an extension that cannot be read';
  if (!said.forClients) return 'the certificate is not meant for client authentication';
  if (said.names.length === 0)
    return 'the certificate names no device: no common name or subject alternative name holds a device id in a form that is read';
  return {
    names: said.names,
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

/** `undefined` for what OpenSSL takes and no reader of its extensions does. */
function understood(
  certificate: X509Certificate,
): { readonly forClients: boolean; readonly names: readonly NamedDevice[] } | undefined {
  try {
    const parsed = new (x509().X509Certificate)(certificate.raw);
    const usage = parsed.getExtension(x509().ExtendedKeyUsageExtension);
    return { forClients: usage === null || usage.usages.includes(CLIENT_AUTH), names: devicesNamedBy(parsed) };
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

/** Types of names in the subject alternative name that administrators put device ids into. */
const NAME_TYPES: ReadonlySet<string> = new Set(['url', 'dns', 'upn']);

/** Each id once. */
function devicesNamedBy(certificate: ParsedCertificate): readonly NamedDevice[] {
  const alternative = certificate.getExtension(x509().SubjectAlternativeNameExtension)?.names.items ?? [];
  const texts = [
    ...certificate.subjectName.getField('CN'),
    ...alternative.filter(({ type }) => NAME_TYPES.has(type)).map(({ value }) => value),
  ];
  const named = texts.map(deviceNamedBy).filter((name) => name !== undefined);
  return [...new Map(named.map((name) => [`${name.directory} ${name.id}`, name])).values()];
}
