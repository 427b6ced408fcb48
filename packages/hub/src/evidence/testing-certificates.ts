import 'reflect-metadata'; // What @peculiar/x509 needs to be loaded at all.
import { createPrivateKey, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { Extension, X509Certificate } from '@peculiar/x509';

/** For tests only: certification authorities and certificates made on the spot. */

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY = 86_400_000;

export interface TestCa {
  readonly certificate: X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly pem: string;
}

export interface TestCertificate {
  readonly pem: string;
  readonly keyPem: string;
}

export interface CertificateWish {
  readonly subject?: string;
  readonly uris?: readonly string[];
  /** Other names of the subject alternative name. */
  readonly others?: readonly { readonly type: 'upn' | 'dns' | 'email'; readonly value: string }[];
  readonly usages?: readonly string[];
  readonly notBefore?: number;
  readonly notAfter?: number;
  readonly isCa?: boolean;
}

export async function newTestCa(name = 'CN=Device CA,O=Example', notAfter = Date.now() + 30 * DAY): Promise<TestCa> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name,
    keys,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(notAfter),
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  });
  return { certificate, keys, pem: `${certificate.toString('pem')}\n` };
}

export async function issue(ca: TestCa, wish: CertificateWish = {}): Promise<TestCertificate> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: '0a',
    subject: wish.subject ?? 'CN=3f0c2f4e-5d0b-4e6e-9a53-1d6f2b7c9a10',
    issuer: ca.certificate.subject,
    signingKey: ca.keys.privateKey,
    publicKey: keys.publicKey,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(wish.notBefore ?? Date.now() - DAY),
    notAfter: new Date(wish.notAfter ?? Date.now() + DAY),
    extensions: extensionsOf(wish),
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const keyPem = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
    .export({ type: 'pkcs8', format: 'pem' })
    .toString();
  return { pem: `${certificate.toString('pem')}\n`, keyPem };
}

function extensionsOf({
  uris = [],
  others = [],
  usages = [ExtendedKeyUsage.clientAuth],
  isCa = false,
}: CertificateWish): Extension[] {
  const extensions: Extension[] = [new BasicConstraintsExtension(isCa, undefined, true)];
  const names = [...uris.map((value) => ({ type: 'url' as const, value })), ...others];
  if (names.length > 0) extensions.push(new SubjectAlternativeNameExtension(names));
  if (usages.length > 0) extensions.push(new ExtendedKeyUsageExtension([...usages]));
  return extensions;
}
