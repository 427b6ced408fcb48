import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { PRIVATE_FILE, readFileIfThere, writeFileAtomically } from './private-files.ts';

/**
 * Encrypts what the database must keep but must not know: the credentials of partners and doors. The key
 * lives outside the database, so a copy of the database alone opens nothing.
 */
export interface DataKey {
  /** `context` says what this is and whose (`vendorLink/{id}`); it must be the same to open it again. */
  seal(plaintext: string, context: string): string;
  /** Throws `CannotOpen` for another key, another context or a changed text. */
  open(sealed: string, context: string): string;
}

/** A sealed value that this hub cannot open; the message says why and what to do, and holds no secret. */
export class CannotOpen extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CannotOpen';
  }
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * The key given by the operator (SALLYPORT_DATA_KEY), or the one in `dir/data.key`, made at the first start.
 * Throws when the file holds no key.
 */
export async function loadDataKey(dir: string, given: Uint8Array | undefined): Promise<DataKey> {
  if (given !== undefined) return createDataKey(given);
  const path = join(dir, 'data.key');
  const kept = await readFileIfThere(path);
  if (kept !== undefined) {
    const key = Buffer.from(kept.trim(), 'base64');
    if (key.byteLength !== KEY_BYTES)
      throw new Error(
        `${path} does not hold a key of ${KEY_BYTES} bytes in base64. Put back the file from your backup: what was encrypted with it cannot be read without it.`,
      );
    return createDataKey(key);
  }
  const key = randomBytes(KEY_BYTES);
  await writeFileAtomically(path, `${key.toString('base64')}\n`, PRIVATE_FILE);
  return createDataKey(key);
}

/** AES-256-GCM (NIST SP 800-38D) with random nonces; `context` is authenticated with it. */
export function createDataKey(key: Uint8Array): DataKey {
  if (key.byteLength !== KEY_BYTES)
    throw new Error(`The data key has ${key.byteLength} bytes; it must have ${KEY_BYTES}.`);
  const keyId = createHash('sha256').update('sallyport data key').update(key).digest('base64url').slice(0, 8);
  return {
    seal(plaintext, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context, 'utf8'));
      const text = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
      return `v1.${keyId}.${Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url')}`;
    },
    open(sealed, context) {
      const [version, sealedWith, data = ''] = sealed.split('.');
      if (version !== 'v1') throw new CannotOpen(`${context}: this is no sealed value of ours.`);
      if (sealedWith !== keyId)
        throw new CannotOpen(
          `${context} was sealed with the data key ${sealedWith}, and this hub has ${keyId}. Start it with the key it had (SALLYPORT_DATA_KEY, or keys/data.key of the data folder), or enter the secret again.`,
        );
      const bytes = Buffer.from(data, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
        .setAAD(Buffer.from(context, 'utf8'))
        .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString(
          'utf8',
        );
      } catch (cause) {
        throw new CannotOpen(`${context}: the sealed value has been changed, or belongs to something else.`, { cause });
      }
    },
  };
}
