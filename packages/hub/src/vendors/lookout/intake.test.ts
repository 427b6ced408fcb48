import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../../platform/testing.ts';
import { StoreBusy } from '../../store/store.ts';
import { LOOKOUT, PHONE, ZIMPERIUM } from '../../pipeline/testing.ts';
import { LookoutServer } from '@sallyport/simulators/vendors/lookout';
import type { TestIntake } from '../../intake/testing.ts';
import { testIntake } from '../../intake/testing.ts';

let lookout: LookoutServer;
let t: TestIntake;

beforeEach(async () => {
  lookout = new LookoutServer();
  await lookout.listen();
  t = await testIntake();
});

afterEach(async () => {
  await t.close();
  await lookout.close();
});

const GUID = '00000000-0000-4000-8000-000000000001';
const AT = Date.parse('2026-03-02T08:00:00Z');
let serial = 0;

function time(minute: number): string {
  return new Date(AT + minute * 60_000).toISOString();
}

function deviceEvent(minute: number, security_status: string, externalId: string | undefined = PHONE) {
  serial += 1;
  return {
    id: `event-${serial}`,
    type: 'DEVICE',
    change_type: 'UPDATED',
    created_time: time(minute),
    device: {
      guid: GUID,
      info: { external_id: externalId },
      status: { security_status, activation_status: 'ACTIVATED', protection_status: 'PROTECTED' },
    },
    target: { guid: GUID, type: 'DEVICE' },
  };
}

function threatEvent(minute: number, status: string, guid = GUID) {
  serial += 1;
  return {
    id: `event-${serial}`,
    type: 'THREAT',
    change_type: 'CREATED',
    created_time: time(minute),
    target: { guid, type: 'THREAT' },
    threat: {
      guid: 'threat-1',
      status,
      severity: 'HIGH',
      type: 'NETWORK',
      classifications: ['ACTIVE_MITM'],
      details: { network_ssid: 'Café 🛜' },
    },
  };
}

function listed(security_status: string, more: object = {}) {
  return {
    guid: GUID,
    security_status,
    activation_status: 'ACTIVATED',
    protection_status: 'PROTECTED',
    checkin_time: time(0),
    details: { external_id: PHONE },
    ...more,
  };
}

async function link(more: object = {}) {
  await t.link(LOOKOUT, 'lookout', { baseUrl: lookout.url, applicationKey: lookout.applicationKey, ...more });
}

async function state(): Promise<string | undefined> {
  return (await t.hub.store.postures.get([PHONE]))[0]?.mergedState;
}

async function reportIds(): Promise<readonly string[]> {
  return (await t.hub.store.reports.replay(0, 10_000)).map((report) => report.reportId);
}

async function followed(count = 1): Promise<void> {
  await eventually(() => {
    expect(lookout.openStreams).toBe(count);
  });
}

async function becomes(expected: string): Promise<void> {
  await eventually(async () => {
    expect(await state()).toBe(expected);
  });
}

describe('a link to Lookout', () => {
  test('shows the devices of the list and follows the stream: closed by a threat, open again by its end', async () => {
    lookout.putDevice(listed('SECURE'));
    await link();
    await t.start();
    await becomes('secured');
    await followed();
    t.hub.clock.advance(3 * 3_600_000);
    lookout.tell(threatEvent(120, 'OPEN'), deviceEvent(121, 'THREATS_HIGH'));
    await becomes('highSeverity');
    const [finding] = await t.hub.store.findings.ofDevices([PHONE]);
    expect(finding).toMatchObject({ id: 'threat-1', state: 'open', title: 'Active mitm: Café 🛜' });
    lookout.tell(threatEvent(125, 'RESOLVED'), deviceEvent(126, 'SECURE'));
    await becomes('secured');
    expect((await t.hub.store.findings.ofDevices([PHONE]))[0]?.state).toBe('resolved');
  });

  test.each([
    ['the stream', { activation_status: 'ACTIVATED', protection_status: 'UNINSTALLED' }],
    ['the stream', { activation_status: 'DELETED' }],
    ['the list', { security_status: undefined, protection_status: 'UNINSTALLED' }],
  ])('closes where the app is gone, as %s says with %j', async (way, status) => {
    lookout.putDevice(listed('SECURE'));
    await link();
    const runner = await t.start();
    await becomes('secured');
    await followed();
    t.hub.clock.advance(3 * 3_600_000);
    if (way === 'the stream')
      lookout.tell({ ...deviceEvent(120, ''), device: { guid: GUID, info: { external_id: PHONE }, status } });
    else {
      await runner.close();
      lookout.putDevice(listed('SECURE', status));
      await t.start();
    }
    await becomes('deactivated');
  });

  test.each([
    ['SECURE', { activation_status: 'ACTIVATED', protection_status: 'PAUSED' }, 'unknown'],
    ['SECURE', { activation_status: 'PENDING' }, 'activated'],
    ['SECURE', { security_status: 'ODD', activation_status: 'ACTIVATED', protection_status: 'PROTECTED' }, 'secured'],
    ['THREATS_HIGH', { activation_status: 'ACTIVATED', protection_status: 'PAUSED' }, 'highSeverity'],
    ['THREATS_HIGH', { activation_status: 'PENDING' }, 'highSeverity'],
    ['THREATS_HIGH', { activation_status: 'ACTIVATED', protection_status: 'DISCONNECTED' }, 'highSeverity'],
  ])('a device that is %s and then %j counts as %s', async (before, status, after) => {
    await link();
    await t.start();
    await followed();
    lookout.tell(deviceEvent(1, before));
    await becomes(before === 'SECURE' ? 'secured' : 'highSeverity');
    const next = { ...deviceEvent(20, ''), device: { guid: GUID, info: { external_id: PHONE }, status } };
    lookout.tell(next);
    await eventually(async () => {
      expect(await reportIds()).toContain(next.id);
    });
    await becomes(after);
  });

  test('ends an open threat by the word that the device is secure', async () => {
    await link();
    await t.start();
    await followed();
    lookout.tell(deviceEvent(1, 'THREATS_HIGH'), threatEvent(2, 'OPEN'), deviceEvent(10, 'SECURE'));
    await becomes('secured');
    expect((await t.hub.store.findings.ofDevices([PHONE]))[0]?.state).toBe('resolved');
  });

  test('reads lists of several pages, and goes on at the page that was limited after the time Lookout asked for', async () => {
    for (let i = 0; i < 2500; i += 1) lookout.putDevice({ ...listed('SECURE'), guid: `device-${i}`, details: {} });
    lookout.trouble('/mra/api/v2/devices', 200, { body: '{"count":0,"devices":"oops"}' });
    lookout.trouble('/mra/api/v2/devices', 429, { headers: { 'retry-after': '17' } });
    lookout.trouble('/mra/api/v2/devices', 500);
    await link();
    await t.start();
    await eventually(async () => {
      expect(await t.hub.store.reports.count()).toBe(2500);
    });
    expect(t.waits.filter((ms) => ms >= 17_000 && ms <= 18_000)).toHaveLength(1);
    expect(lookout.requests.filter((request) => request.path === '/mra/api/v2/devices')).toHaveLength(6);
  });

  test('believes the list as it is now, whatever it and the stream said before, over restarts', async () => {
    await link();
    const seen: unknown[] = [];
    for (const [status, told] of [
      ['SECURE', undefined],
      ['THREATS_HIGH', undefined],
      ['SECURE', 'THREATS_LOW'],
      ['SECURE', undefined],
    ] as const) {
      lookout.putDevice(listed(status));
      t.hub.clock.advance(600_000);
      const lists = () => t.waits.filter((ms) => ms > 250_000).length;
      const before = lists();
      const runner = await t.start();
      await eventually(() => {
        expect(lists()).toBeGreaterThan(before);
      });
      seen.push(await state());
      if (told !== undefined) {
        await followed();
        lookout.tell(deviceEvent(93, told));
        await becomes('lowSeverity');
      }
      await runner.close();
    }
    expect(seen).toEqual(['secured', 'highSeverity', 'secured', 'secured']);
  });

  test('does not read the pages again that were taken before the trouble', async () => {
    for (let i = 0; i < 1500; i += 1) lookout.putDevice({ ...listed('SECURE'), guid: `device-${i}`, details: {} });
    let failed = false;
    await link();
    await t.start((intake) => ({
      heartbeat: (id) => intake.heartbeat(id),
      take: async (id, reports) => {
        if (reports.length === 500 && !failed) {
          failed = true;
          throw new StoreBusy('disk full', 3);
        }
        return intake.take(id, reports);
      },
    }));
    await eventually(async () => {
      expect(await t.hub.store.reports.count()).toBe(1500);
    });
    const pages = lookout.requests
      .filter((request) => request.path === '/mra/api/v2/devices')
      .map((request) => request.query.get('oid'));
    expect(pages).toEqual([null, (1000).toString(16).padStart(24, '0'), (1000).toString(16).padStart(24, '0')]);
    expect(t.waits).toContain(3750);
  });

  test('loses and doubles nothing when the stream is cut in the middle of an event', async () => {
    await link();
    await t.start();
    await followed();
    const first = lookout.tell(deviceEvent(1, 'SECURE'));
    await becomes('secured');
    lookout.cutNextBatch();
    lookout.tell(threatEvent(2, 'OPEN'), deviceEvent(3, 'THREATS_HIGH'));
    await becomes('highSeverity');
    const resumed = lookout.requests.filter((request) => request.path.startsWith('/mra/stream')).at(-1);
    expect([resumed?.query.get('last_id'), resumed?.headers['last-event-id']]).toEqual([first, first]);
    expect(new Set(await reportIds()).size).toBe((await reportIds()).length);
    expect(await reportIds()).toHaveLength(3);
  });

  test('renews its token when it runs out, in the list and in the middle of the stream', async () => {
    await link();
    await t.start();
    await followed();
    lookout.tell(deviceEvent(1, 'SECURE'));
    await becomes('secured');
    lookout.expireTokens();
    lookout.breakStreams();
    lookout.tell(deviceEvent(2, 'THREATS_MEDIUM'));
    await becomes('mediumSeverity');
    expect(lookout.requests.filter((request) => request.path === '/oauth2/token')).toHaveLength(2);
  });

  test('goes on across a restart where it stopped, also when it was stopped between keeping and moving on', async () => {
    await link();
    const runner = await t.start();
    await followed();
    lookout.tell(deviceEvent(1, 'SECURE'));
    await becomes('secured');
    await runner.close();
    lookout.tell(deviceEvent(2, 'THREATS_LOW'));
    lookout.tell(deviceEvent(3, 'THREATS_HIGH'));
    await t.start();
    await becomes('highSeverity');
    expect(await reportIds()).toHaveLength(3);
    await t.hub.store.transaction(async (tx) => {
      await tx.documents.delete('vendorCursor', `${LOOKOUT}:stream`);
    });
    lookout.breakStreams();
    lookout.tell(deviceEvent(4, 'SECURE'));
    await becomes('secured');
    expect(await reportIds()).toHaveLength(4);
  });

  test('moves on in the stream only when the reports are durable', async () => {
    let busy = 3;
    await link();
    await t.start((intake) => ({
      heartbeat: (id) => intake.heartbeat(id),
      take: async (id, reports) => {
        busy -= 1;
        if (busy >= 0) throw new StoreBusy('disk full', 2);
        return intake.take(id, reports);
      },
    }));
    await followed();
    lookout.tell(deviceEvent(1, 'THREATS_HIGH'));
    await becomes('highSeverity');
    expect(await reportIds()).toHaveLength(1);
  });

  test('asks again for events it cannot read, and passes over what stays unreadable', async () => {
    await link();
    await t.start();
    await followed();
    lookout.sendRaw('this is : not a field\nevent:events\ndata:{"events": [tru\n\n');
    await eventually(() => {
      expect(lookout.requests.filter((request) => request.path.startsWith('/mra/stream'))).toHaveLength(2);
    });
    await followed();
    lookout.sendRaw('event:events\ndata:{"events": [tru\n\n');
    lookout.tell(deviceEvent(1, 'SECURE'));
    await becomes('secured');
    expect(lookout.openStreams).toBe(1);
  });

  test('takes a bare list of events, records of the wrong type and kinds to come in its stride', async () => {
    await link();
    await t.start();
    await followed();
    lookout.sendRaw(
      `id:x1\nevent:events\ndata:${JSON.stringify([null, 7, 'x', [], { type: 'NEW_KIND', id: 'n' }, deviceEvent(1, 'THREATS_LOW')])}\n\n`,
    );
    await becomes('lowSeverity');
    expect(await reportIds()).toHaveLength(1);
  });

  test('waits as long as Lookout says before following the stream again', async () => {
    await link();
    await t.start();
    await followed();
    lookout.endStreams('reconnect', 2500);
    await eventually(() => {
      expect(t.waits).toContain(2500);
    });
    await followed();
    lookout.tell(deviceEvent(1, 'SECURE'));
    await becomes('secured');
  });

  test('begins as far back as Lookout keeps events when it has forgotten the last one', async () => {
    await link();
    await t.start();
    await followed();
    const id = lookout.tell(deviceEvent(1, 'SECURE'));
    await becomes('secured');
    lookout.forget(id);
    lookout.breakStreams();
    lookout.tell(deviceEvent(2, 'THREATS_HIGH'));
    await becomes('highSeverity');
    expect(lookout.requests.at(-1)?.query.get('start_time')).toBe('2026-02-20T09:10:00.000Z');
    expect(await reportIds()).toHaveLength(2);
  });

  test.each([
    [9, ['resumed', 'resumed'], ['after 1 day', 'after 8 days']],
    [14, ['resumed', 'begun again'], ['after 5 days', 'after 13 days']],
  ])('after a stop of %i days takes all that Lookout still keeps', async (days, [first, last], [early, late]) => {
    lookout.now = () => t.hub.clock.now();
    const streams = () =>
      lookout.asked('/mra/stream').map(({ query }) => (query.has('last_id') ? 'resumed' : 'begun again'));
    await link();
    const runner = await t.start();
    await followed();
    lookout.tell(deviceEvent(1, 'SECURE'));
    await becomes('secured');
    await runner.close();
    const day = 24 * 60;
    for (const name of [early, late])
      lookout.tell({ ...deviceEvent(Number(/\d+/.exec(name ?? '')?.[0]) * day, 'THREATS_LOW'), id: name });
    t.hub.clock.advance(days * day * 60_000);
    const before = streams().length;
    await t.start();
    await eventually(async () => {
      expect((await reportIds()).filter((id) => id.startsWith('after'))).toEqual([early, late]);
    });
    expect([streams()[before], streams().at(-1)]).toEqual([first, last]);
  });

  test('finds the device of a threat by asking for it when it has not heard of it before', async () => {
    await link();
    await t.start();
    await followed();
    lookout.putDevice(listed('SECURE'));
    lookout.tell(threatEvent(1, 'OPEN'));
    await eventually(async () => {
      expect(await t.hub.store.findings.ofDevices([PHONE])).toHaveLength(1);
    });
    lookout.tell(threatEvent(2, 'RESOLVED'));
    await eventually(async () => {
      expect((await t.hub.store.findings.ofDevices([PHONE]))[0]?.state).toBe('resolved');
    });
    expect(lookout.requests.filter((request) => request.path === '/mra/api/v2/device')).toHaveLength(1);
  });

  test('is not held up in the stream by a list that answers slowly', async () => {
    lookout.putDevice(listed('SECURE'));
    const release = lookout.holdList();
    await link();
    await t.start();
    await followed();
    lookout.tell(deviceEvent(61, 'THREATS_HIGH'));
    await becomes('highSeverity');
    expect(await reportIds()).toHaveLength(1);
    release();
    await eventually(async () => {
      expect(await reportIds()).toHaveLength(2);
    });
    // The list was read at 09:00 by the hub's clock, the event is of 09:01.
    expect(await state()).toBe('highSeverity');
  });

  test('keeps a threat of a device that nobody knows as unmatched', async () => {
    await link();
    await t.start();
    await followed();
    lookout.tell(threatEvent(1, 'OPEN', 'stranger'));
    await eventually(async () => {
      expect((await t.hub.store.reports.waiting(10)).map((report) => report.status)).toEqual(['unmatched']);
    });
  });

  test('says so when the key is not accepted, and works as soon as it is changed', async () => {
    await link({ applicationKey: 'wrong-key-that-is-long-enough' });
    const runner = await t.start();
    await eventually(() => {
      expect(runner.status(LOOKOUT)?.problem?.message).toContain('application key');
    });
    await link();
    await followed();
    await eventually(() => {
      expect(runner.status(LOOKOUT)).toMatchObject({ running: true, problem: null });
    });
  });

  test('stops when it is switched off or its connector is removed', async () => {
    await link();
    const runner = await t.start();
    await followed();
    await t.link(LOOKOUT, 'lookout', { baseUrl: lookout.url, applicationKey: lookout.applicationKey }, false);
    await followed(0);
    await runner.settled();
    expect(runner.status(LOOKOUT)).toMatchObject({ running: false });
    await link();
    await followed();
    await t.hub.configuration.write('test', async (tx, changed) => {
      await tx.documents.delete('mobileThreatDefenseConnector', LOOKOUT);
      changed({ kind: 'mobileThreatDefenseConnector', id: LOOKOUT, before: {} });
    });
    await followed(0);
    await runner.settled();
    expect(runner.status(LOOKOUT)).toBeUndefined();
  });

  test('counts as a sign of life of its connector, and of no other', async () => {
    await link();
    await t.start();
    await followed();
    lookout.heartbeat();
    await eventually(async () => {
      expect([...(await t.hub.store.heartbeats.all()).keys()]).toContain(LOOKOUT);
    });
    expect([...(await t.hub.store.heartbeats.all()).keys()]).not.toContain(ZIMPERIUM);
  });

  test('does not let an event from the far future outrank what comes after', async () => {
    await link();
    await t.start();
    await followed();
    lookout.tell({ ...deviceEvent(1, 'THREATS_HIGH'), created_time: '2031-01-01T00:00:00Z' });
    await becomes('highSeverity');
    t.hub.clock.advance(10 * 60_000);
    lookout.tell(deviceEvent(70, 'SECURE'));
    await becomes('secured');
    expect((await t.hub.store.reports.replay(0, 1))[0]?.flag).toContain('future');
  });
});
