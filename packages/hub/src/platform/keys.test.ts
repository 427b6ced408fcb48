import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDataKey, loadDataKey } from './data-key.ts';
import { loadSigningKeys } from './signing-keys.ts';

const clock = { now: () => Date.UTC(2026, 0, 1) };
let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sallyport-keys-'));
});
afterEach(() => rm(dir, { recursive: true }));

describe('the data key', () => {
  const key = createDataKey(randomBytes(32));

  test('opens what it sealed, under the same context only', () => {
    const sealed = key.seal('s3cret åäö', 'vendorLink/1');
    expect(sealed).not.toContain('s3cret');
    expect(key.open(sealed, 'vendorLink/1')).toBe('s3cret åäö');
    expect(() => key.open(sealed, 'vendorLink/2')).toThrow(/vendorLink\/2/);
  });

  test('seals the same text differently each time', () => {
    expect(key.seal('x', 'c')).not.toBe(key.seal('x', 'c'));
  });

  test('refuses a changed text, a cut one and no sealed text at all', () => {
    const sealed = key.seal('secret', 'c');
    const flipped = sealed.slice(0, -2) + (sealed.at(-2) === 'A' ? 'B' : 'A') + sealed.at(-1);
    for (const bad of [flipped, sealed.slice(0, 30), 'secret', '', 'v1..']) expect(() => key.open(bad, 'c')).toThrow();
  });

  test('says so when another key sealed it', () => {
    expect(() => createDataKey(randomBytes(32)).open(key.seal('x', 'c'), 'c')).toThrow(/Start it with the key it had/);
  });

  test('is made once, for our eyes only, and found again', async () => {
    const sealed = (await loadDataKey(dir, undefined)).seal('x', 'c');
    expect((await loadDataKey(dir, undefined)).open(sealed, 'c')).toBe('x');
    expect((await stat(join(dir, 'data.key'))).mode & 0o777).toBe(0o600);
  });

  test('a broken key file is never replaced', async () => {
    await writeFile(join(dir, 'data.key'), 'short');
    await expect(loadDataKey(dir, undefined)).rejects.toThrow(/backup/);
    expect(await readFile(join(dir, 'data.key'), 'utf8')).toBe('short');
  });
});

describe('signing keys', () => {
  test('are made once, for our eyes only, and their tokens verify after a restart', async () => {
    const before = await loadSigningKeys(dir, clock);
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'ES256', kid: before.current.kid })
      .sign(before.current.privateKey);
    const after = await loadSigningKeys(dir, clock);
    expect(after.current.kid).toBe(before.current.kid);
    await expect(jwtVerify(token, after.publicKey(before.current.kid)!)).resolves.toBeDefined();
    expect((await stat(join(dir, 'signing.json'))).mode & 0o777).toBe(0o600);
  });

  test('the public document holds no private part', async () => {
    const { jwks } = await loadSigningKeys(dir, clock);
    expect(Object.keys(jwks.keys[0]!).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  });

  test('the newest signs and all verify', async () => {
    const other = await mkdtemp(join(tmpdir(), 'sallyport-keys-'));
    await loadSigningKeys(dir, clock);
    await loadSigningKeys(other, { now: () => clock.now() + 1000 });
    const read = async (folder: string) => JSON.parse(await readFile(join(folder, 'signing.json'), 'utf8')).keys[0];
    const [older, newer] = [await read(dir), await read(other)];
    await writeFile(join(dir, 'signing.json'), JSON.stringify({ keys: [newer, older] }));
    await rm(other, { recursive: true });
    const keys = await loadSigningKeys(dir, clock);
    expect(keys.current.kid).toBe(newer.kid);
    expect(keys.publicKey(older.kid)).toBeDefined();
    expect(keys.jwks.keys).toHaveLength(2);
  });

  test('a broken file stops the start without quoting it', async () => {
    await writeFile(join(dir, 'signing.json'), '{"keys":[{"d":"private"}]}');
    await expect(loadSigningKeys(dir, clock)).rejects.toThrow(/not a list of signing keys/);
    await expect(loadSigningKeys(dir, clock)).rejects.not.toThrow(/private"/);
  });
});
