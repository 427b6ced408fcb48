import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { connectionFrom } from './connection.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-connection-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ADMIN = {
  tenantId: 't',
  clientId: 'admin',
  clientSecret: 'secret',
  baseUrl: 'https://hub:1',
  tokenEndpoint: 'https://hub:1/t/oauth2/v2.0/token',
  caFile: join(folder, 'ca.pem'),
};
writeFileSync(join(folder, 'admin.json'), JSON.stringify(ADMIN));
writeFileSync(join(folder, 'ca.pem'), 'PEM');

const NOTHING = { data: undefined, url: undefined, tenant: undefined, clientId: undefined, ca: undefined };

describe('whom to talk to', () => {
  test('is in admin.json of the data folder, with its CA', async () => {
    const expected = {
      baseUrl: 'https://hub:1',
      tokenEndpoint: ADMIN.tokenEndpoint,
      clientId: 'admin',
      clientSecret: 'secret',
      ca: 'PEM',
    };
    expect(await connectionFrom({ ...NOTHING, data: folder }, {})).toEqual(expected);
    expect(await connectionFrom(NOTHING, { SALLYPORT_DATA: folder })).toEqual(expected);
  });

  test('may be said with flags and environment, the secret with environment only', async () => {
    expect(
      await connectionFrom(
        { ...NOTHING, url: 'https://other/', tenant: 'x', clientId: 'me' },
        { SALLYPORT_CLIENT_SECRET: 's', SALLYPORT_CA: ADMIN.caFile },
      ),
    ).toEqual({
      baseUrl: 'https://other',
      tokenEndpoint: 'https://other/x/oauth2/v2.0/token',
      clientId: 'me',
      clientSecret: 's',
      ca: 'PEM',
    });
  });

  test('may be another client of the same hub', async () => {
    expect(
      await connectionFrom({ ...NOTHING, data: folder, clientId: 'me' }, { SALLYPORT_CLIENT_SECRET: 's' }),
    ).toMatchObject({ clientId: 'me', clientSecret: 's', ca: 'PEM' });
  });
});

describe('what is missing is told, and no secret with it', () => {
  test.each([
    [{ ...NOTHING, data: join(folder, 'none') }, {}, 'Start a hub first'],
    [
      { ...NOTHING, url: 'https://x' },
      {},
      'With --url there must be also --tenant ID (tenantId of admin.json) and --client-id ID and SALLYPORT_CLIENT_SECRET in the environment.',
    ],
    [
      { ...NOTHING, url: 'http://x', tenant: 't', clientId: 'c' },
      { SALLYPORT_CLIENT_SECRET: 's' },
      '--url must be https://host[:port], not "http://x".',
    ],
    [{ ...NOTHING, url: 'https://x', data: folder }, {}, 'give one of them'],
    [{ ...NOTHING, data: folder, clientId: 'me' }, {}, 'must be in SALLYPORT_CLIENT_SECRET'],
    [{ ...NOTHING, data: folder, ca: join(folder, 'nope') }, {}, 'cannot be read'],
  ])('%j %j: %s', async (given, env, message) => {
    await expect(connectionFrom(given, env)).rejects.toThrow(message);
  });

  test('a broken admin.json is not quoted', async () => {
    const broken = mkdtempSync(join(folder, 'broken-'));
    writeFileSync(join(broken, 'admin.json'), '{"clientSecret":"hidden"');
    await expect(connectionFrom({ ...NOTHING, data: broken }, {})).rejects.toThrow(
      /is not what a hub writes there\.$/u,
    );
  });
});
