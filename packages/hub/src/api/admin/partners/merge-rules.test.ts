import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAdminHub } from '../testing.ts';
import type { AdminHub } from '../testing.ts';

const URL = '/admin/v1/merge-rules';
const LOOKOUT = '230a4fe2-93d5-4f5a-8e5c-7d4d0d8f0c11';
const ZIMPERIUM = '9d2a4f0c-53d8-4f0e-9d9c-0a4d1d4e9f22';
const GROUP = '5c1c2f1e-1111-4c2b-9c3a-6b9a2b9d7e33';

let hub: AdminHub;
beforeAll(async () => {
  hub = await openAdminHub();
  await hub.store.transaction(async (tx) => {
    await tx.documents.put('mobileThreatDefenseConnector', LOOKOUT, {}, 0);
    await tx.documents.put('mobileThreatDefenseConnector', ZIMPERIUM, {}, 0);
    await tx.documents.put('group', GROUP, { displayName: 'Sales' }, 0);
  });
});
afterAll(() => hub.close());

describe('a merge rule', () => {
  test('is made, read, changed and deleted', async () => {
    const made = await hub.call('POST', URL, {
      platform: 'iOS',
      groupId: GROUP.toUpperCase(),
      priority: 10,
      method: 'primary',
      order: [ZIMPERIUM, LOOKOUT.toUpperCase()],
      silentPartner: 'block',
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      platform: 'iOS',
      groupId: GROUP,
      order: [ZIMPERIUM, LOOKOUT],
      silentPartner: 'block',
    });
    const url = `${URL}/${made.body.id}`;
    expect((await hub.call('GET', url)).body).toEqual(made.body);
    expect((await hub.call('GET', URL)).body.value).toEqual([made.body]);
    const changed = await hub.call('PATCH', url, { method: 'quorum', atLeast: 2, platform: null });
    expect(changed.body).toMatchObject({ method: 'quorum', atLeast: 2, platform: null, priority: 10 });
    expect(changed.body).not.toHaveProperty('order');
    expect((await hub.call('DELETE', url)).status).toBe(204);
    expect((await hub.call('GET', url)).status).toBe(404);
  });

  test('whose partner was deleted since can be changed in all else, and not name it anew', async () => {
    const gone = '7a1c0a39-7f0e-4f2a-8c1c-9a1d3c5e7f44';
    await hub.store.transaction((tx) => tx.documents.put('mobileThreatDefenseConnector', gone, {}, 0));
    const { body } = await hub.call('POST', URL, { priority: 20, method: 'primary', order: [gone, LOOKOUT] });
    await hub.store.transaction((tx) => tx.documents.delete('mobileThreatDefenseConnector', gone));
    const url = `${URL}/${body.id}`;
    expect((await hub.call('PATCH', url, { silentPartner: 'block' })).body).toMatchObject({
      silentPartner: 'block',
      order: [gone, LOOKOUT],
    });
    expect((await hub.call('PATCH', url, { order: [gone] })).body.error.target).toBe('order[0]');
    expect((await hub.call('PATCH', url, { order: [LOOKOUT] })).body.order).toEqual([LOOKOUT]);
    await hub.call('DELETE', url);
  });

  test('applies to everybody, and keeps the bad news of silent partners, unless it says otherwise', async () => {
    const { body } = await hub.call('POST', URL, { priority: 0, method: 'strictest' });
    expect(body).toMatchObject({ platform: null, groupId: null, silentPartner: 'keepWorse' });
  });

  test.each([
    ['priority', { method: 'strictest' }],
    ['method', { method: 'best', priority: 1 }],
    ['order', { method: 'primary', priority: 1 }],
    ['order', { method: 'strictest', priority: 1, order: [LOOKOUT] }],
    ['order', { method: 'primary', priority: 1, order: [] }],
    ['order[0]', { method: 'primary', priority: 1, order: ['nobody'] }],
    ['order[1]', { method: 'primary', priority: 1, order: [LOOKOUT, LOOKOUT] }],
    ['atLeast', { method: 'quorum', priority: 1 }],
    ['atLeast', { method: 'quorum', priority: 1, atLeast: 0 }],
    ['atLeast', { method: 'every', priority: 1, atLeast: 1 }],
    ['groupId', { method: 'every', priority: 1, groupId: LOOKOUT }],
    ['platform', { method: 'every', priority: 1, platform: 'ios' }],
    ['silentPartner', { method: 'every', priority: 1, silentPartner: 'shout' }],
  ])('with a wrong %s is refused: %j', async (field, rule) => {
    const { status, body } = await hub.call('POST', URL, rule);
    expect(status).toBe(400);
    expect(body.error.target).toBe(field);
  });

  test('needs the permission for settings', async () => {
    expect((await hub.call('GET', URL, undefined, ['Sallyport.Settings.Read.All'])).status).toBe(200);
    expect(
      (await hub.call('POST', URL, { priority: 0, method: 'every' }, ['Sallyport.Settings.Read.All'])).status,
    ).toBe(403);
  });
});

describe('before a rule is made', () => {
  const PREVIEW = '/admin/v1/merge-rules/preview';
  const RULE = { priority: 1, method: 'strictest', silentPartner: 'ignore' };

  test('it can be tried, and nothing is stored', async () => {
    const before = (await hub.call('GET', '/admin/v1/merge-rules')).body.value.length;
    const { status, body } = await hub.call('POST', PREVIEW, { rule: RULE });
    expect([status, body]).toEqual([
      200,
      { devices: 0, changed: 0, closing: 0, opening: 0, levelChanged: 0, samples: [] },
    ]);
    expect((await hub.call('GET', '/admin/v1/merge-rules')).body.value).toHaveLength(before);
  });

  test.each([
    [{ rule: { ...RULE, method: 'primary' } }, 400, 'rule.order'],
    [{ rule: { ...RULE, method: 'quorum' } }, 400, 'rule.atLeast'],
    [{ rule: { ...RULE, method: 'primary', order: ['nobody'] } }, 400, 'rule.order[0]'],
    [{ rule: { ...RULE, groupId: 'nobody' } }, 400, 'rule.groupId'],
    [{ rule: null }, 400, 'rule'],
    [{}, 400, 'rule'],
    [{ rule: RULE, replaces: 'nobody' }, 404, 'nobody'],
  ])('%j is refused', async (body, status, named) => {
    const answer = await hub.call('POST', PREVIEW, body);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(named);
  });

  test('disagreements are listed to those who may read settings', async () => {
    expect((await hub.call('GET', '/admin/v1/disagreements')).body).toEqual({ count: 0, value: [] });
    expect((await hub.call('GET', '/admin/v1/disagreements?limit=0')).status).toBe(400);
    expect((await hub.call('GET', '/admin/v1/disagreements', undefined, ['User.Read.All'])).status).toBe(403);
  });
});
