import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newAuthority, type CertificateAndKey } from '@sallyport/simulators/certificates';
import { openAdminHub, type AdminHub } from '../testing.ts';

let hub: AdminHub;
let ca: CertificateAndKey;
let other: CertificateAndKey;
beforeAll(async () => {
  [hub, ca, other] = await Promise.all([openAdminHub(), newAuthority(), newAuthority('CN=Trial CA')]);
});
afterAll(() => hub.close());

const SETS = '/admin/v1/trust-sets';
const door = { displayName: 'Front', defaultApplication: 'Exchange' };

describe('trust sets', () => {
  test('are made, shown with their CAs and users, changed and deleted', async () => {
    const made = await hub.call('POST', SETS, { id: 'phones', displayName: 'Phones', certificateAuthorities: ca.cert });
    expect(made).toMatchObject({
      status: 201,
      body: {
        id: 'phones',
        authorities: [{ subject: expect.stringContaining('Device CA') }],
        usedBy: { doors: [], clients: [] },
      },
    });
    expect(await hub.call('PATCH', `${SETS}/phones`, { certificateAuthorities: ca.cert + other.cert })).toMatchObject({
      status: 200,
      body: { authorities: [{}, { subject: 'CN=Trial CA' }] },
    });
    expect((await hub.call('GET', SETS)).body).toMatchObject({ value: [{ id: 'phones' }] });
    expect((await hub.call('DELETE', `${SETS}/phones`)).status).toBe(204);
    expect((await hub.call('GET', `${SETS}/phones`)).status).toBe(404);
  });

  test.each([
    ['id', { id: 'Phones' }],
    ['certificateAuthorities', { certificateAuthorities: 'hello' }],
    ['displayName', { displayName: '' }],
  ])('with a wrong %s are refused, and the field is named', async (field, wrong) => {
    expect(
      await hub.call('POST', SETS, { id: 'wrong', displayName: 'x', certificateAuthorities: ca.cert, ...wrong }),
    ).toMatchObject({ status: 400, body: { error: { target: field } } });
  });

  test('without the permission are neither read nor written', async () => {
    expect((await hub.call('GET', SETS, undefined, ['Application.Read.All'])).status).toBe(403);
    expect((await hub.call('POST', SETS, {}, ['Sallyport.Doors.Read.All'])).status).toBe(403);
  });
});

describe('a door', () => {
  beforeEach(async () => {
    await hub.call('POST', SETS, { id: 'shared', displayName: 'Shared', certificateAuthorities: ca.cert });
  });

  test('names a trust set in place of CAs of its own, and follows what changes in it', async () => {
    expect(await hub.call('POST', '/admin/v1/doors', { ...door, id: 'named', trustSet: 'shared' })).toMatchObject({
      status: 201,
      body: { deviceCa: null, trustSet: 'shared' },
    });
    const before = hub.registry.get('named')?.certificates();
    await hub.call('PATCH', `${SETS}/shared`, { certificateAuthorities: other.cert });
    expect(hub.registry.get('named')?.certificates()).not.toBe(before);
    expect(await hub.call('DELETE', `${SETS}/shared`)).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringContaining('door "named"') } },
    });
  });

  test.each([
    ['deviceCa', {}],
    ['trustSet', { trustSet: 'nosuch' }],
    ['trustSet', { trustSet: 'shared', deviceCa: 'PEM' }],
  ])('without exactly one of both is refused, naming %s: %j', async (field, trust) => {
    const given = 'deviceCa' in trust ? { ...trust, deviceCa: ca.cert } : trust;
    expect(await hub.call('POST', '/admin/v1/doors', { ...door, ...given })).toMatchObject({
      status: 400,
      body: { error: { target: field } },
    });
  });
});
