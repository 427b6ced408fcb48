import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../platform/clock.ts';
import { createOutbound, type Outbound } from '../../platform/outbound.ts';
import type { Feed } from '../vendor.ts';
import { connectLookout } from './connection.ts';
import { LookoutServer } from '@sallyport/simulators/vendors/lookout';
import { lookoutSettings } from './settings.ts';

let lookout: LookoutServer;
let http: Outbound;

beforeEach(async () => {
  lookout = new LookoutServer();
  await lookout.listen();
  http = createOutbound({ allow: ['127.0.0.1'] });
});

afterEach(async () => {
  http.close();
  await lookout.close();
});

function connect() {
  const settings = lookoutSettings.parse({ baseUrl: lookout.url, applicationKey: lookout.applicationKey });
  return connectLookout(settings, {
    http,
    clock: systemClock,
    wait: async () => undefined,
    log: { info: () => undefined, warn: () => undefined },
  });
}

const NOTHING: Feed = {
  signal: new AbortController().signal,
  cursor: { get: async () => undefined, set: async () => undefined },
  knows: () => false,
  devicesWithNewFindings: () => [],
  take: async () => undefined,
  alive: async () => undefined,
};

test('a page in place of the event stream is a failure, and not a stream that ended', async () => {
  lookout.trouble('/mra/stream/v2/events', 200, {
    headers: { 'content-type': 'text/html' },
    body: '<html>Sign in</html>',
  });
  await expect(connect().stream?.(NOTHING)).rejects.toMatchObject({ failure: 'bad_answer' });
});

test('events are taken under the name of the stream and under that of the page', async () => {
  const stop = new AbortController();
  const taken: unknown[] = [];
  const feed: Feed = {
    ...NOTHING,
    signal: stop.signal,
    take: async (records) => {
      taken.push(...records);
      if (taken.length === 2) stop.abort();
    },
  };
  const stream = connect().stream?.(feed);
  const event = (id: string) =>
    JSON.stringify({ events: [{ id, type: 'DEVICE', created_time: new Date().toISOString(), device: { guid: 'a' } }] });
  await vi.waitFor(() => {
    expect(lookout.openStreams).toBe(1);
  });
  lookout.sendRaw(`id:1\nevent:event\ndata:${event('e1')}\n\nid:2\nevent:events\ndata:${event('e2')}\n\n`);
  await expect(stream).rejects.toMatchObject({ code: 'aborted' });
  expect(taken).toMatchObject([{ id: 'e1' }, { id: 'e2' }]);
});

test('a device that became known meanwhile, by the list or by another event, is not asked for any more', async () => {
  const asked = () =>
    lookout.requests.filter(({ path }) => path === '/mra/api/v2/device').map(({ query }) => query.get('guid'));
  for (const guid of ['a', 'b'])
    lookout.putDevice({
      guid,
      security_status: 'SECURE',
      activation_status: 'ACTIVATED',
      protection_status: 'PROTECTED',
    });
  lookout.tell(
    ...['a', 'b'].map((guid) => ({
      id: `e-${guid}`,
      type: 'THREAT',
      created_time: new Date().toISOString(),
      target: { guid, type: 'THREAT' },
      threat: { guid: `t-${guid}`, status: 'OPEN', severity: 'HIGH' },
    })),
  );
  const stop = new AbortController();
  const taken: unknown[] = [];
  const feed: Feed = {
    signal: stop.signal,
    cursor: {
      get: async () => undefined,
      set: async () => {
        stop.abort();
      },
    },
    knows: (guid) => guid === 'b' && asked().length > 0,
    devicesWithNewFindings: () => [],
    take: async (records) => {
      taken.push(...records);
    },
    alive: async () => undefined,
  };
  await expect(connect().stream?.(feed)).rejects.toMatchObject({ code: 'aborted' });
  expect([asked(), taken.length]).toEqual([['a'], 3]);
});
