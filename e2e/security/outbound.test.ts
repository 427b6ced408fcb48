import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AttackedHub } from './attacked-hub.ts';

/** An administrator of the API who is none of the machine: the hub is not to be made to call its own surroundings. */

let hub: AttackedHub;
let inside: Server;
let port = 0;
let callers = 0;
const LOOKOUT = '2c7790de-8b02-4814-85cf-e0c59380dee8';
const KEY = 'k'.repeat(60);

beforeAll(async () => {
  hub = await AttackedHub.start();
  await hub.must('/v1.0/deviceManagement/mobileThreatDefenseConnectors', { id: LOOKOUT, androidEnabled: true });
  inside = createServer((socket) => {
    callers += 1;
    socket.destroy();
  });
  // Every address of the machine, IPv6 too where there is one.
  inside.listen(0);
  await once(inside, 'listening');
  port = (inside.address() as AddressInfo).port;
});
afterAll(async () => {
  await hub.close();
  inside.close();
});

describe("a vendor's address that leads inside is neither stored nor called", () => {
  test.each([
    'https://127.0.0.1:PORT',
    'https://localhost:PORT',
    'https://LOCALHOST.:PORT',
    'https://127.1:PORT',
    'https://2130706433:PORT',
    'https://0x7f000001:PORT',
    'https://0177.0.0.1:PORT',
    'https://0.0.0.0:PORT',
    'https://[::1]:PORT',
    'https://[::]:PORT',
    'https://[::ffff:127.0.0.1]:PORT',
    'https://[::ffff:7f00:1]:PORT',
    'https://[0:0:0:0:0:ffff:127.0.0.1]:PORT',
    'https://[64:ff9b::127.0.0.1]:PORT',
    'https://[2002:7f00:1::]:PORT',
    'https://[fe80::1]:PORT',
    'https://[fc00::1]:PORT',
    'https://169.254.169.254',
    'https://[::ffff:169.254.169.254]',
    'https://[fd00:ec2::254]',
    'https://10.0.0.1:PORT',
    'https://172.16.0.1:PORT',
    'https://192.168.0.1:PORT',
    'https://100.64.0.1:PORT',
    'https://224.0.0.1:PORT',
    'https://255.255.255.255:PORT',
    'https://①②⑦.⓪.⓪.①:PORT',
    'http://127.0.0.1:PORT',
    'http://203.0.113.1:PORT',
  ])('%s', async (template) => {
    const before = callers;
    const settings = { baseUrl: template.replace('PORT', String(port)), applicationKey: KEY };
    const put = await putLink(settings);
    expect(put.status, put.text).toBe(400);
    expect(put.json<{ error: { target?: string } }>().error.target).toBe('settings.baseUrl');
    expect((await hub.call(`/admin/v1/connectors/${LOOKOUT}/vendor`)).status).toBe(404);
    expect((await tryLink(settings)).json()).toMatchObject({ ok: false });
    expect(callers).toBe(before);
  });

  // What a name means shows only when it is asked for, and may change until then.
  test('a name that leads inside may be stored, and is not called', async () => {
    const before = callers;
    const settings = { baseUrl: `https://ip6-localhost:${port}`, applicationKey: KEY };
    const put = await putLink(settings);
    expect(put.status, put.text).toBe(200);
    expect((await tryLink(settings)).json()).toMatchObject({ ok: false });
    expect((await hub.call(`/admin/v1/connectors/${LOOKOUT}/vendor`, { method: 'DELETE' })).status).toBe(204);
    expect(callers).toBe(before);
  });

  test.each([
    'file:///etc/passwd',
    'ftp://203.0.113.1',
    'gopher://127.0.0.1',
    'javascript:alert(1)',
    'https://user:pw@vendor.example',
    'https://vendor.example/?x=y',
    '//vendor.example',
    'https://',
    'https:// vendor.example',
  ])('%s is not even stored', async (baseUrl) => {
    const put = await putLink({ baseUrl, applicationKey: KEY });
    expect(put.status).toBe(400);
    expect(put.json<{ error: { target?: string } }>().error.target).toContain('baseUrl');
  });

  const BAD = [
    '//vendor.example',
    'https://',
    'https:// vendor.example',
    'https://user:pw@vendor.example',
    'file:///etc/passwd',
    'https://[::1',
    'https://vendor.example:99999',
  ];
  test.each(BAD)('nor is %s as the issuer of security events or as the target of an inventory', async (url) => {
    const link = await hub.call(`/admin/v1/connectors/${LOOKOUT}/vendor`, {
      method: 'PUT',
      body: { vendor: 'shared-signals', enabled: true, settings: { issuer: url, audience: 'us' } },
    });
    expect(link.status, link.text).toBe(400);
    const push = await hub.call(`/admin/v1/connectors/${LOOKOUT}/inventory-push`, {
      method: 'PUT',
      body: { url, kinds: ['apps'] },
    });
    expect([400, 404], push.text).toContain(push.status);
  });
});

function putLink(settings: object) {
  return hub.call(`/admin/v1/connectors/${LOOKOUT}/vendor`, {
    method: 'PUT',
    body: { vendor: 'lookout', enabled: true, settings },
  });
}

function tryLink(settings: object) {
  return hub.call(`/admin/v1/connectors/${LOOKOUT}/vendor/test`, { body: { vendor: 'lookout', settings } });
}
