import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type CryptoKey } from 'jose';
import { z } from 'zod';
import { isoTime, type Clock } from './clock.ts';
import { PRIVATE_FILE, readFileIfThere, writeFileAtomically } from './private-files.ts';

/** The keys that sign what we issue. The newest signs; all of them verify, so that tokens outlive a change of key. */
export interface SigningKeys {
  readonly current: { readonly kid: string; readonly privateKey: CryptoKey };
  /** By key id; `undefined` for a key that is not ours. */
  publicKey(kid: string): CryptoKey | undefined;
  /** The public halves, for the JWKS document (RFC 7517). */
  readonly jwks: { readonly keys: readonly PublicJwk[] };
}

export interface PublicJwk {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
  readonly kid: string;
  readonly alg: 'ES256';
  readonly use: 'sig';
}

const signingFile = z.object({
  keys: z
    .array(
      z.object({
        kid: z.string().min(1),
        createdDateTime: z.iso.datetime(),
        jwk: z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: z.string(), y: z.string(), d: z.string() }),
      }),
    )
    .min(1),
});
type StoredKey = z.infer<typeof signingFile>['keys'][number];

/** Reads `dir/signing.json`, made at the first start. Throws when the file is there and cannot be used. */
export async function loadSigningKeys(dir: string, clock: Clock): Promise<SigningKeys> {
  const path = join(dir, 'signing.json');
  const kept = await readFileIfThere(path);
  if (kept !== undefined) return importKeys(parseSigningFile(path, kept));
  const keys = [await newStoredKey(clock)];
  await writeFileAtomically(path, `${JSON.stringify({ keys }, null, 2)}\n`, PRIVATE_FILE);
  return importKeys(keys);
}

function parseSigningFile(path: string, text: string): readonly StoredKey[] {
  try {
    return signingFile.parse(JSON.parse(text)).keys;
  } catch {
    // The cause would quote the file, and the file holds private keys.
    throw new Error(
      `${path} is not a list of signing keys. Put back the file from your backup, or remove it: new keys are then made and every token issued so far ends.`,
    );
  }
}

async function newStoredKey(clock: Clock): Promise<StoredKey> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const { x = '', y = '', d = '' } = await exportJWK(privateKey);
  const jwk = { kty: 'EC', crv: 'P-256', x, y, d } as const;
  return { kid: await calculateJwkThumbprint(jwk), createdDateTime: isoTime(clock.now()), jwk };
}

async function importKeys(stored: readonly StoredKey[]): Promise<SigningKeys> {
  const newest = stored.reduce((best, key) => (key.createdDateTime > best.createdDateTime ? key : best));
  const publicJwks = stored.map(
    ({ kid, jwk: { x, y } }): PublicJwk => ({ kty: 'EC', crv: 'P-256', x, y, kid, alg: 'ES256', use: 'sig' }),
  );
  const publicKeys = new Map<string, CryptoKey>();
  for (const jwk of publicJwks) publicKeys.set(jwk.kid, (await importJWK({ ...jwk })) as CryptoKey);
  return {
    current: { kid: newest.kid, privateKey: (await importJWK({ ...newest.jwk, alg: 'ES256' })) as CryptoKey },
    publicKey: (kid) => publicKeys.get(kid),
    jwks: { keys: publicJwks },
  };
}
