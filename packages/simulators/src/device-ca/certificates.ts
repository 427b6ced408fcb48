import 'reflect-metadata'; // What @peculiar/x509 needs to be loaded at all.
import { randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/**
 * Authorities of others and what they issue: for devices, gateways, vendors' servers and senders of syslog. X.509 (RFC 5280) on ECDSA
 * P-256. It shares no code with the certificates that the hub makes for itself.
 */
export interface CertificateAndKey {
  /** PEM. */
  readonly cert: string;
  /** PKCS#8 in PEM. */
  readonly key: string;
}

/** From when until when it is valid; milliseconds since 1970. Unless told otherwise it began a day ago and has thirty days to go. */
export interface Validity {
  readonly from?: number;
  readonly to?: number;
}

export interface CertificateWish extends Validity {
  /** `CN=...`, several parts with commas. */
  readonly subject?: string;
  /** URIs among the alternative names. */
  readonly uris?: readonly string[];
  /** The other alternative names. */
  readonly names?: readonly { readonly type: 'dns' | 'ip' | 'upn' | 'email'; readonly value: string }[];
  /** What it is for, by OID; for clients unless told otherwise. */
  readonly usages?: readonly string[];
  readonly isCa?: boolean;
}

export const FOR_SERVERS: string = x509.ExtendedKeyUsage.serverAuth;

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
const CA_USES = x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign;

/** An authority that signs end certificates and nothing below. */
export async function newAuthority(
  subject = 'CN=Device CA,O=Example',
  validity: Validity = {},
): Promise<CertificateAndKey> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerialNumber(),
    name: subject,
    ...datesOf(validity),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(CA_USES, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return pairOf(certificate, keys);
}

export async function issueCertificate(
  authority: CertificateAndKey,
  { subject = 'CN=3f0c2f4e-5d0b-4e6e-9a53-1d6f2b7c9a10', ...wish }: CertificateWish = {},
): Promise<CertificateAndKey> {
  const issuer = new x509.X509Certificate(authority.cert);
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerialNumber(),
    subject,
    issuer: issuer.subject,
    ...datesOf(wish),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: await keyOfPem(authority.key),
    extensions: [
      ...extensionsOf(wish),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
    ],
  });
  return pairOf(certificate, keys);
}

/** A server's certificate for these hosts, by an authority of its own that clients have to trust. */
export async function newServerCertificate(
  ...hosts: readonly string[]
): Promise<CertificateAndKey & { readonly caPem: string }> {
  const authority = await newAuthority('CN=Server CA');
  const names = hosts.map((value) => ({ type: /^[\d.]+$/.test(value) ? ('ip' as const) : ('dns' as const), value }));
  const pair = await issueCertificate(authority, { subject: `CN=${hosts[0]}`, names, usages: [FOR_SERVERS] });
  return { ...pair, caPem: authority.cert };
}

function extensionsOf({
  uris = [],
  names = [],
  usages = [x509.ExtendedKeyUsage.clientAuth],
  isCa = false,
}: CertificateWish): x509.Extension[] {
  const all = [...uris.map((value) => ({ type: 'url' as const, value })), ...names];
  return [
    new x509.BasicConstraintsExtension(isCa, undefined, true),
    new x509.KeyUsagesExtension(isCa ? CA_USES : x509.KeyUsageFlags.digitalSignature, true),
    ...(usages.length > 0 ? [new x509.ExtendedKeyUsageExtension([...usages])] : []),
    ...(all.length > 0 ? [new x509.SubjectAlternativeNameExtension(all)] : []),
  ];
}

function datesOf({ from = Date.now() - DAY_MS, to = Date.now() + 30 * DAY_MS }: Validity): {
  readonly notBefore: Date;
  readonly notAfter: Date;
} {
  return { notBefore: new Date(from), notAfter: new Date(to) };
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

/** Positive and without a leading zero byte (RFC 5280 section 4.1.2.2). */
function newSerialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] as number) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

async function pairOf(
  certificate: x509.X509Certificate,
  { privateKey }: webcrypto.CryptoKeyPair,
): Promise<CertificateAndKey> {
  const key = await webcrypto.subtle.exportKey('pkcs8', privateKey);
  return {
    cert: `${certificate.toString('pem')}\n`,
    key: `${x509.PemConverter.encode(key, x509.PemConverter.PrivateKeyTag)}\n`,
  };
}

function keyOfPem(pem: string): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem), ALGORITHM, false, ['sign']);
}
