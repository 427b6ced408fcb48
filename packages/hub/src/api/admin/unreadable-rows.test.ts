import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DocumentKind } from '../../store/store.ts';
import { openAdminHub, type AdminHub } from './testing.ts';

/** What somebody wrote into the database shows as unreadable, costs nobody else anything, and can be deleted. */

let hub: AdminHub;
beforeEach(async () => {
  hub = await openAdminHub();
});
afterEach(() => hub.close());

const written = (kind: DocumentKind, id: string, body: unknown): Promise<unknown> =>
  hub.store.transaction((tx) => tx.documents.put(kind, id, body as Record<string, unknown>, 0));

test.each<[string, DocumentKind, unknown, object]>([
  ['doors', 'door', { kind: 'nginx', displayName: 'Mail', failMode: 'ajar' }, { displayName: 'Mail' }],
  ['doors', 'door', 7, { enabled: false }],
  ['trust-sets', 'trustSet', { displayName: 'Phones' }, { displayName: 'All' }],
  ['merge-rules', 'mergeRule', { method: 'newest' }, { priority: 1 }],
])('%s', async (path, kind, body, patch) => {
  await written(kind, 'bad', body);
  const shown = {
    id: 'bad',
    unreadable: true,
    createdDateTime: '1970-01-01T00:00:00.000Z',
    modifiedDateTime: '1970-01-01T00:00:00.000Z',
  };
  expect((await hub.call('GET', `/admin/v1/${path}`)).body).toEqual({ value: [shown] });
  expect((await hub.call('GET', `/admin/v1/${path}/bad`)).body).toEqual(shown);
  expect(await hub.call('PATCH', `/admin/v1/${path}/bad`, patch)).toMatchObject({
    status: 409,
    body: { error: { message: expect.stringContaining('cannot be read. Delete it and make it again.') } },
  });
  expect((await hub.call('DELETE', `/admin/v1/${path}/bad`)).status).toBe(204);
  expect((await hub.call('GET', `/admin/v1/${path}`)).body).toEqual({ value: [] });
});

test('the name of a system', async () => {
  await written('platformName', 'own os', { platform: 7 });
  expect((await hub.call('GET', '/admin/v1/platform-names')).body.value).toEqual([
    { name: 'own os', platform: null, unreadable: true, devices: 0, closed: 0, deviceIds: [] },
  ]);
});
