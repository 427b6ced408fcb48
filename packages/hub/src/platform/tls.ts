import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { dirname, join } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { CertificateAndKey } from './certificates.ts';
import { PRIVATE_FILE, readFileIfThere, writeFileAtomically } from './private-files.ts';
import { BACKDATED_MS, isDue, nextSpan, type Span } from './server-certificate-span.ts';

export interface ServerTls extends CertificateAndKey {
  /** What clients have to trust; `undefined` when the operator brought a certificate of another authority. */
  readonly caFile: string | undefined;
  readonly caPem: string | undefined;
  /** What an operator should know of the certificate, in words. */
  readonly warnings: readonly string[];
}

const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3650;
const RENEW_BEFORE_MS = 30 * DAY_MS;
const PUBLIC_FILE = 0o644;
/** Where to listen, and nobody's name. */
const EVERY_ADDRESS: readonly string[] = ['0.0.0.0', '::'];

/**
 * The certificate to serve with, from `dir`: made at the first start together with an authority of our own, and issued
 * again when it is about to end, when a clock that was ahead made it, or when `hosts` changed. The authority is replaced
 * only when it has ended by a time that is sure, since clients trust it. A pair that the operator put there is used as
 * it is and never overwritten. Throws when the files cannot be used.
 */
export async function ensureServerTls(
  dir: string,
  hosts: readonly string[],
  now: number,
  isSure = true,
): Promise<ServerTls> {
  const wanted = hosts
    .map((host) => host.replace(/^\[|\]$/g, '').toLowerCase())
    .filter((host) => !EVERY_ADDRESS.includes(host));
  const present = await readPair(dir, 'server');
  const authority = await readPair(dir, 'ca');
  if (present !== undefined && !signedBy(present.cert, authority?.cert)) return operatorsTls(dir, present, wanted, now);

  const time = { now, isSure };
  const usable = authority === undefined || (isSure && spanOf(authority).to <= now) ? undefined : authority;
  const ca = usable ?? (await makeAuthority(dir, now));
  const names = [...new Set(['localhost', '127.0.0.1', '::1', ...wanted])];
  const former = usable === undefined ? undefined : present;
  const server =
    former !== undefined && namesAll(former.cert, names) && !isDue(spanOf(former), spanOf(ca), time)
      ? former
      : await makeServer(dir, ca, names, nextSpan(former && spanOf(former), spanOf(ca), time));
  const caFile = join(dir, 'ca.pem');
  return { ...server, caFile, caPem: ca.cert, warnings: warningsOfAuthority(caFile, ca, now) };
}

function warningsOfAuthority(path: string, { cert }: CertificateAndKey, now: number): readonly string[] {
  const { validFrom, validTo } = new X509Certificate(cert);
  if (Date.parse(validFrom) > now)
    return [
      `${path} is not valid before ${validFrom}, so clients refuse it: the clock of this machine is behind, or was ahead when it was made. If the clock is right now, remove the folder ${dirname(path)}, start again and give the new ca.pem to clients.`,
    ];
  if (validFor(cert, now) <= 0)
    return [
      `${path} ended on ${validTo}, or the clock of this machine is ahead. If the clock is right: sallyport clock confirm. Then a new one is made; give it to clients.`,
    ];
  return validFor(cert, now) > RENEW_BEFORE_MS
    ? []
    : [`${path} ends on ${validTo}. Then a new one is made, which clients have to be given.`];
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
      ...(validFor(pair.cert, now) <= 0
        ? [`${path} ended on ${certificate.validTo}; clients will refuse it.`]
        : validFor(pair.cert, now) <= RENEW_BEFORE_MS
          ? [`${path} ends on ${certificate.validTo}.`]
          : []),
      ...missing.map((host) => `${path} does not name ${host}, so clients that call it there will refuse it.`),
    ],
  };
}

async function readPair(dir: string, name: 'ca' | 'server'): Promise<CertificateAndKey | undefined> {
  const [cert, key] = await Promise.all([
    readFileIfThere(join(dir, `${name}.pem`)),
    readFileIfThere(join(dir, `${name}.key`)),
  ]);
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    throw new Error(
      `Of ${join(dir, `${name}.pem`)} and ${name}.key only one is there. Put back the other one, or remove both to have new ones made.`,
    );
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
    throw new Error(
      `${path} cannot be served with: ${(cause as { reason?: string }).reason ?? (cause as Error).message}.`,
      { cause },
    );
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

async function makeServer(
  dir: string,
  ca: CertificateAndKey,
  names: readonly string[],
  { from, to }: Span,
): Promise<CertificateAndKey> {
  const { issueCertificate, nameOfHost } = await import('./certificates.ts');
  const server = await issueCertificate(ca, {
    commonName: 'Sallyport',
    names: names.map(nameOfHost),
    now: from + BACKDATED_MS,
    days: (to - from) / DAY_MS,
  });
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

function spanOf({ cert }: CertificateAndKey): Span {
  const { validFromDate, validToDate } = new X509Certificate(cert);
  return { from: validFromDate.getTime(), to: validToDate.getTime() };
}

/** Milliseconds until it ends; negative when it has. */
function validFor(cert: string, now: number): number {
  return new X509Certificate(cert).validToDate.getTime() - now;
}

function namesAll(cert: string, hosts: readonly string[]): boolean {
  const certificate = new X509Certificate(cert);
  return hosts.every(
    (host) => (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined,
  );
}
