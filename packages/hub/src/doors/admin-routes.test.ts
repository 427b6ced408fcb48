import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashOfSecret, secretMatches } from '../platform/secrets.ts';
import { acceptedHashes, type Door } from './door.ts';
import { CAPTURED } from './testing.ts';
import { CATALOGUES } from '@sallyport/texts';
import { ADMIN_BASE, openAdminHub } from '../api/admin/testing.ts';
import type { AdminHub } from '../api/admin/testing.ts';

const URL = '/admin/v1/doors';
const DOOR = { displayName: 'Mail gateway', defaultApplication: 'Exchange', deviceCa: CAPTURED.ca_pem };

let hub: AdminHub;
beforeAll(async () => {
  hub = await openAdminHub();
});
afterAll(() => hub.close());

describe('a door', () => {
  test('is made with a secret that is shown once and kept as a hash', async () => {
    const { status, body } = await hub.call('POST', URL, {
      ...DOOR,
      id: 'mail',
      applications: [{ host: '*.example.com', pathPrefix: '/owa', application: 'exchange', clientAppType: 'browser' }],
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      id: 'mail',
      kind: 'nginx',
      enabled: true,
      userFrom: 'device',
      language: 'en',
      failMode: 'closed',
      url: `${ADMIN_BASE}/doors/mail`,
      eventsUrl: `${ADMIN_BASE}/doors/mail/events`,
    });
    expect(body.secret).toMatch(/^[\w-]{43}$/u);
    expect(body.secret.startsWith(body.hint)).toBe(true);
    expect(secretMatches(body.secret, hub.registry.get('mail')?.secretHash ?? '')).toBe(true);
    for (const url of [URL, `${URL}/mail`]) {
      const { text } = await hub.call('GET', url);
      expect(text).not.toContain(body.secret);
      expect(text).not.toContain(hashOfSecret(body.secret));
      expect(text).not.toContain('secret');
    }
    const audit = JSON.stringify(await hub.store.audit.list(50, 0));
    expect(audit).toContain('admin-app');
    expect(audit).not.toContain(hashOfSecret(body.secret));
  });

  test('has the pages of its gateway, in every language and with the help desk', async () => {
    await hub.call('POST', URL, { ...DOOR, id: 'paged' });
    const { status, text, headers } = await hub.call('GET', `${URL}/paged/pages`);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
    for (const { language } of CATALOGUES.values()) expect(text).toContain(`<html lang="${language}">`);
    expect((await hub.call('GET', `${URL}/nowhere/pages`)).status).toBe(404);
  });

  test('gets a GUID when no id is named', async () => {
    const { body } = await hub.call('POST', URL, DOOR);
    expect(body.id).toMatch(/^[0-9a-f]{8}-/u);
    expect((await hub.call('GET', `${URL}/${body.id.toUpperCase()}`)).status).toBe(200);
  });

  test('is changed, and the change is in force when it has been answered', async () => {
    await hub.call('POST', URL, { ...DOOR, id: 'changing' });
    const { status, body } = await hub.call('PATCH', `${URL}/changing`, { enabled: false, language: 'sv' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      enabled: false,
      language: 'sv',
      displayName: 'Mail gateway',
      defaultApplication: 'Exchange',
    });
    expect(hub.registry.get('changing')).toMatchObject({ enabled: false, language: 'sv' });
  });

  test('gets a new secret, and the former one is accepted for a day unless it is ended', async () => {
    const { body: before } = await hub.call('POST', URL, { ...DOOR, id: 'overlapping' });
    expect(before.formerKeyUntilDateTime).toBeNull();
    const { body: second } = await hub.call('POST', `${URL}/overlapping/rotateSecret`);
    expect(Date.parse(second.formerKeyUntilDateTime) - Date.parse(second.modifiedDateTime)).toBeCloseTo(86_400_000, -4);
    const accepted = (secret: string, at: number): boolean =>
      acceptedHashes(hub.registry.get('overlapping') as Door, at).some((hash) => secretMatches(secret, hash));
    const end = Date.parse(second.formerKeyUntilDateTime);
    expect([accepted(before.secret, end - 1), accepted(before.secret, end), accepted(second.secret, end)]).toEqual([
      true,
      false,
      true,
    ]);
    const { body: third } = await hub.call('POST', `${URL}/overlapping/rotateSecret`, { endFormerSecret: true });
    expect(third.formerKeyUntilDateTime).toBeNull();
    expect([before, second, third].map(({ secret }) => accepted(secret, 0))).toEqual([false, false, true]);
    expect((await hub.call('POST', `${URL}/overlapping/rotateSecret`, { endFormerKey: true })).body.error.target).toBe(
      'endFormerKey',
    );
    expect((await hub.call('GET', `${URL}/overlapping`)).text).not.toMatch(/ecret/);
  });

  test('gets a new secret that is not the old one', async () => {
    const { body: before } = await hub.call('POST', URL, { ...DOOR, id: 'rotating' });
    const { status, body: after } = await hub.call('POST', `${URL}/rotating/rotateSecret`);
    expect(status).toBe(200);
    expect(after.secret).not.toBe(before.secret);
    const kept = hub.registry.get('rotating')?.secretHash ?? '';
    expect(secretMatches(after.secret, kept)).toBe(true);
    expect(secretMatches(before.secret, kept)).toBe(false);
  });

  test('is deleted', async () => {
    await hub.call('POST', URL, { ...DOOR, id: 'going' });
    expect((await hub.call('DELETE', `${URL}/going`)).status).toBe(204);
    expect(hub.registry.get('going')).toBeUndefined();
    for (const [method, url] of [
      ['GET', `${URL}/going`],
      ['PATCH', `${URL}/going`],
      ['DELETE', `${URL}/going`],
      ['POST', `${URL}/going/rotateSecret`],
    ] as const) {
      expect((await hub.call(method, url, method === 'PATCH' ? {} : undefined)).status).toBe(404);
    }
  });

  test('cannot take an id that is taken', async () => {
    await hub.call('POST', URL, { ...DOOR, id: 'taken' });
    expect((await hub.call('POST', URL, { ...DOOR, id: 'taken' })).status).toBe(409);
  });
});

describe('what is refused names the field', () => {
  test.each([
    ['displayName', { displayName: '' }],
    ['id', { id: 'Not/A/Slug' }],
    ['kind', { kind: 'haproxy' }],
    ['deviceCa', { deviceCa: 'hello' }],
    ['deviceCa', { deviceCa: CAPTURED.devices[0]?.pem }],
    ['defaultApplication', { defaultApplication: 'Nowhere' }],
    ['defaultApplication', { defaultApplication: null }],
    ['applications[0].application', { applications: [{ application: 'Nowhere' }] }],
    ['applications[0].host', { applications: [{ application: 'Exchange', host: 'a b' }] }],
    ['applications[0].pathPrefix', { applications: [{ application: 'Exchange', pathPrefix: 'owa' }] }],
    ['applications[0].pathPrefix', { applications: [{ application: 'Exchange', pathPrefix: '/a/../b' }] }],
    ['applications[0].pathPrefix', { applications: [{ application: 'Exchange', pathPrefix: '/%2e' }] }],
    ['userFrom', { userFrom: 'X-Real-IP' }],
    ['userFrom', { userFrom: 'x-sallyport-door-key' }],
    ['userFrom', { userFrom: 'a b' }],
    ['language', { language: 'xx' }],
    ['failOpenReason', { failMode: 'open' }],
    ['enabled', { enabled: 'yes' }],
  ])('%s in %j', async (field, change) => {
    const { status, body } = await hub.call('POST', URL, { ...DOOR, ...change });
    expect(status).toBe(400);
    expect(body.error.target).toBe(field);
  });

  test.each([{ secretHash: 'x' }, { hint: 'x' }, { id: 'other' }, { nonsense: 1 }])(
    'what cannot be set: %j',
    async (patch) => {
      await hub.call('POST', URL, { ...DOOR, id: 'fixed' });
      expect((await hub.call('PATCH', `${URL}/fixed`, patch)).status).toBe(400);
    },
  );

  test('a change that breaks the whole, and nothing of it is kept', async () => {
    await hub.call('POST', URL, { ...DOOR, id: 'whole' });
    expect((await hub.call('PATCH', `${URL}/whole`, { language: 'nl', failMode: 'open' })).status).toBe(400);
    expect((await hub.call('GET', `${URL}/whole`)).body.language).toBe('en');
    expect(
      (await hub.call('PATCH', `${URL}/whole`, { failMode: 'open', failOpenReason: 'decided by the board' })).status,
    ).toBe(200);
  });
});

test('reading needs the permission to read, writing the one to write', async () => {
  expect((await hub.call('GET', URL, undefined, ['Sallyport.Doors.Read.All'])).status).toBe(200);
  expect((await hub.call('POST', URL, DOOR, ['Sallyport.Doors.Read.All'])).status).toBe(403);
  expect((await hub.call('GET', URL, undefined, ['Sallyport.Settings.ReadWrite.All'])).status).toBe(403);
});
