import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * Credentials that we hand out. They are 256 random bits, so a plain SHA-256 keeps them: there is no
 * dictionary to try, and a slow hash would only make each token request dearer (OWASP: slow hashes are for
 * passwords that people choose).
 */
export interface NewSecret {
  /** Shown once, never stored. */
  readonly secret: string;
  readonly hash: string;
  /** The first characters, so that people can tell two secrets apart. */
  readonly hint: string;
}

export function newSecret(): NewSecret {
  const secret = randomBytes(32).toString('base64url');
  return { secret, hash: hashOfSecret(secret), hint: secret.slice(0, 3) };
}

export function hashOfSecret(secret: string): string {
  return createHash('sha256').update(secret, 'utf8').digest('base64url');
}

/** Takes as long for a wrong secret as for the right one. */
export function secretMatches(secret: string, hash: string): boolean {
  const given = Buffer.from(hashOfSecret(secret));
  const kept = Buffer.from(hash);
  return given.length === kept.length && timingSafeEqual(given, kept);
}
