import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAdminHub, type AdminHub } from '../testing.ts';

const URL = '/admin/v1/organization';

let hub: AdminHub;
beforeAll(async () => {
  hub = await openAdminHub();
});
afterAll(() => hub.close());

describe('what texts say of the organisation', () => {
  test('is nothing at first, changed member by member, and in memory at once', async () => {
    const first = await hub.call('GET', URL);
    expect(first.body).toMatchObject({
      helpDesk: { name: null, phone: null, email: null, url: null },
      timeZone: null,
      deviceManagementApp: null,
    });
    const view = hub.pipeline.decider.view;
    const before = view.organization;
    await hub.call('PATCH', URL, {
      helpDesk: { name: 'IT Service', phone: '+46 8 123 45 67' },
      timeZone: 'Europe/Stockholm',
    });
    const { body } = await hub.call('PATCH', URL, {
      helpDesk: { phone: null, url: 'https://help.example.com' },
      deviceManagementApp: 'Company Portal',
    });
    expect(body).toEqual({
      helpDesk: { name: 'IT Service', phone: null, email: null, url: 'https://help.example.com' },
      timeZone: 'Europe/Stockholm',
      deviceManagementApp: 'Company Portal',
      timeZoneInUse: 'Europe/Stockholm',
    });
    expect((await hub.call('GET', URL)).body).toEqual(body);
    expect(view.organization).not.toBe(before);
    expect(view.organization).toMatchObject({
      helpDesk: { name: 'IT Service', url: 'https://help.example.com' },
      timeZone: 'Europe/Stockholm',
      managementApp: 'Company Portal',
    });
    expect((await hub.call('PATCH', URL, { helpDesk: null, timeZone: null })).body).toMatchObject({
      helpDesk: { name: null, url: null },
      timeZone: null,
      deviceManagementApp: 'Company Portal',
    });
  });

  test.each([
    ['helpDesk.phone', { helpDesk: { phone: 'call us' } }],
    ['helpDesk.email', { helpDesk: { email: 'nobody' } }],
    ['helpDesk.url', { helpDesk: { url: 'javascript:alert(1)' } }],
    ['helpDesk.url', { helpDesk: { url: 'http://help.example.com' } }],
    ['helpDesk.name', { helpDesk: { name: 'a\u202Eb' } }],
    ['helpDesk.name', { helpDesk: { name: ' ' } }],
    ['timeZone', { timeZone: 'Mars/Olympus' }],
    ['deviceManagementApp', { deviceManagementApp: 'x'.repeat(61) }],
    ['colour', { colour: 'red' }],
  ])('refuses %s where it is wrong', async (field, body) => {
    const answer = await hub.call('PATCH', URL, body);
    expect(answer.status).toBe(400);
    expect(answer.body.error.target).toBe(field);
  });

  test('is for who may change settings', async () => {
    expect((await hub.call('GET', URL, undefined, ['Sallyport.Settings.Read.All'])).status).toBe(200);
    expect((await hub.call('PATCH', URL, {}, ['Sallyport.Settings.Read.All'])).status).toBe(403);
  });
});
