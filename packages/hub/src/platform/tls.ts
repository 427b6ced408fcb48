import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { dirname, join } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { CertificateAndKey } from './certificates.ts';
import { PRIVATE_FILE, readFileIfThere, writeFileAtomically } from './private-files.ts';

export interface ServerTls extends CertificateAndKey {
  /** What clients have to trust; `undefined` when the operator brought a certificate of another authority. */
  readonly caFile: string | undefined;
  readonly caPem: string | undefined;
  /** What an operator should know of the certificate, in words. */
  readonly warnings: readonly string[];
}

const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3650;
/** As long as browsers accept (CA/Browser Forum Baseline Requirements 6.3.2). */
const SERVER_DAYS = 397;
const RENEW_BEFORE_MS = 30 * DAY_MS;
const PUBLIC_FILE = 0o644;
/** Where to listen, and nobody's name. */
const EVERY_ADDRESS: readonly string[] = ['0.0.0.0', '::'];

/**
 * The certificate to serve with, from `dir`: made at the first start together with an authority of our own,
 * made anew when it is about to end, was made by a clock that was ahead, or when `hosts` changed. A pair that the operator put there is used as it
 * is and never overwritten. Throws when the files cannot be used.
 */
export async function ensureServerTls(dir: string, hosts: readonly string[], now: number): Promise<ServerTls> {
  const wanted = hosts.map((host) => host.replace(/^\[|\]$/g, '').toLowerCase()).filter((host) => !EVERY_ADDRESS.includes(host));
  const names = [...new Set(['localhost', '127.0.0.1', '::1', ...wanted])];
  const present = await readPair(dir, 'server');
  const authority = await readPair(dir, 'ca');
  if (present !== undefined && !signedBy(present.cert, authority?.cert)) return operatorsTls(dir, present, wanted, now);

  const caPath = join(dir, 'ca.pem');
  const usable = authority !== undefined && validFor(authority.cert, now) > SERVER_DAYS * DAY_MS ? authority : undefined;
  if (present !== undefined && usable !== undefined && !isAhead(present.cert, now) && validFor(present.cert, now) > RENEW_BEFORE_MS && namesAll(present.cert, names)) {
    return { ...present, caFile: caPath, caPem: usable.cert, warnings: warningsOfAuthority(caPath, usable, now) };
  }
  const ca = usable ?? await makeAuthority(dir, now);
  return { ...await makeServer(dir, ca, names, now), caFile: caPath, caPem: ca.cert, warnings: warningsOfAuthority(caPath, ca, now) };
}

/** It is never replaced for that: clients trust it, and a clock that is behind for a moment would end their trust. */
function warningsOfAuthority(path: string, { cert }: CertificateAndKey, now: number): readonly string[] {
  if (!isAhead(cert, now)) return [];
  return [`${path} is not valid before ${new X509Certificate(cert).validFrom}, so clients refuse it: the clock of this machine is behind, or was ahead when it was made. If the clock is right now, remove the folder ${dirname(path)}, start again and give the new ca.pem to clients.`];
}

function operatorsTls(dir: string, pair: CertificateAndKey, hosts: readonly string[], now: number): ServerTls {
  const certificate = new X509Certificate(pair.cert);
  const path = join(dir, 'server.pem');
  requireServable(path, pair);
  const missing = hosts.filter((host) => !namesAll(pair.cert, [host]));
  return {
    ...pair,
    caFile: undefined,
    caPem: undefined,
    warnings: [
      ...(validFor(pair.cert, now) <= 0 ? [`${path} ended on ${certificate.validTo}; clients will refuse it.`]
        : validFor(pair.cert, now) <= RENEW_BEFORE_MS ? [`${path} ends on ${certificate.validTo}.`] : []),
      ...missing.map((host) => `${path} does not name ${host}, so clients that call it there will refuse it.`),
    ],
  };
}

async function readPair(dir: string, name: 'ca' | 'server'): Promise<CertificateAndKey | undefined> {
  const [cert, key] = await Promise.all([readFileIfThere(join(dir, `${name}.pem`)), readFileIfThere(join(dir, `${name}.key`))]);
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    throw new Error(`Of ${join(dir, `${name}.pem`)} and ${name}.key only one is there. Put back the other one, or remove both to have new ones made.`);
  }
  requirePair(join(dir, `${name}.pem`), join(dir, `${name}.key`), { cert, key });
  return { cert, key };
}

function requirePair(certPath: string, keyPath: string, { cert, key }: CertificateAndKey): void {
  const certificate = read(`${certPath} is no certificate in PEM.`, () => new X509Certificate(cert));
  const privateKey = read(`${keyPath} is no private key in PEM without a passphrase.`, () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) throw new Error(`${certPath} and ${keyPath} do not belong together.`);
}

/** Such as a key that is too short for any client of today. */
function requireServable(path: string, { cert, key }: CertificateAndKey): void {
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    throw new Error(`${path} cannot be served with: ${(cause as { reason?: string }).reason ?? (cause as Error).message}.`, { cause });
  }
}

function read<T>(problem: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw new Error(problem, { cause });
  }
}

async function makeAuthority(dir: string, now: number): Promise<CertificateAndKey> {
  const { newAuthority } = await import('./certificates.ts');
  const ca = await newAuthority('Sallyport local CA', now, AUTHORITY_DAYS);
  await writePair(dir, 'ca', ca);
  return ca;
}

async function makeServer(dir: string, ca: CertificateAndKey, names: readonly string[], now: number): Promise<CertificateAndKey> {
  const { issueCertificate, nameOfHost } = await import('./certificates.ts');
  const server = await issueCertificate(ca, { commonName: 'Sallyport', names: names.map(nameOfHost), usage: 'server', now, days: SERVER_DAYS });
  await writePair(dir, 'server', server);
  return server;
}

async function writePair(dir: string, name: 'ca' | 'server', { cert, key }: CertificateAndKey): Promise<void> {
  await writeFileAtomically(join(dir, `${name}.key`), key, PRIVATE_FILE);
  await writeFileAtomically(join(dir, `${name}.pem`), cert, PUBLIC_FILE);
}

function signedBy(cert: string, authority: string | undefined): boolean {
  if (authority === undefined) return false;
  const ca = new X509Certificate(authority);
  const certificate = new X509Certificate(cert);
  return certificate.checkIssued(ca) && certificate.verify(ca.publicKey);
}

/** Made while the clock was ahead of what it is now. */
function isAhead(cert: string, now: number): boolean {
  return new X509Certificate(cert).validFromDate.getTime() > now;
}

/** Milliseconds until it ends; negative when it has. */
function validFor(cert: string, now: number): number {
  return new X509Certificate(cert).validToDate.getTime() - now;
}

function namesAll(cert: string, hosts: readonly string[]): boolean {
  const certificate = new X509Certificate(cert);
  return hosts.every((host) => (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined);
}
