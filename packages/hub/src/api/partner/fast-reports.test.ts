import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import type { IncomingReport } from '../../pipeline/ports.ts';
import { StoreBusy } from '../../store/store.ts';
import { createHttpServer } from '../../http/http-server.ts';
import { knownCallers } from '../../http/testing-authenticator.ts';
import { partnerRoutes } from './partner-routes.ts';

const NOW = Date.UTC(2026, 2, 1, 12, 0, 0);
const ROLES = new Set(['update_device_health']);
const authenticator = knownCallers({
  'Bearer good': { appId: 'a', displayName: 'Partner', roles: ROLES, connectorId: 'c1' },
  'Bearer weak': { appId: 'b', displayName: 'Other', roles: new Set(), connectorId: 'c1' },
  'Bearer unbound': { appId: 'c', displayName: 'Nobody', roles: ROLES, connectorId: undefined },
});

/** A hub with the short way, or without; busy as often as it is told to be. */
class Hub {
  readonly app: FastifyInstance;
  readonly taken: string[] = [];
  fast = 0;
  busy = 0;

  constructor(withFastPath: boolean) {
    const clock = { now: () => NOW };
    this.app = createHttpServer({
      behindProxy: false,
      hsts: false,
      log: pino({ level: 'silent' }),
      authenticator,
      clock,
    });
    const nothing = async (): Promise<void> => {};
    const intake = {
      heartbeat: nothing,
      take: (connectorId: string, reports: readonly IncomingReport[]) => this.#take(connectorId, reports),
    };
    this.app.register(
      partnerRoutes({
        intake,
        provisioning: { provision: nothing },
        clock,
        ...(withFastPath
          ? {
              authenticator,
              onTaken: () => {
                this.fast += 1;
              },
            }
          : {}),
      }),
    );
  }

  async #take(connectorId: string, reports: readonly IncomingReport[]) {
    await new Promise(setImmediate);
    if (this.busy > 0) {
      this.busy -= 1;
      throw new StoreBusy('disk full');
    }
    return reports.map(({ row: { reportId } }) => {
      const name = `${connectorId} ${reportId}`;
      const status = this.taken.includes(name) ? ('duplicate' as const) : ('accepted' as const);
      this.taken.push(name);
      return { reportId, status, matched: true };
    });
  }

  async post(
    body: string,
    authorization = 'Bearer good',
  ): Promise<{ readonly status: number; readonly type: string | null; readonly body: string }> {
    const address = this.app.server.address() as { port: number };
    const response = await fetch(`http://127.0.0.1:${address.port}/partner/v1/device-health`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body,
    });
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      body: JSON.stringify(await response.json()).replace(/"innerError":\{[^}]*\}/u, ''),
    };
  }
}

let short: Hub;
let long: Hub;
beforeEach(async () => {
  [short, long] = [new Hub(true), new Hub(false)];
  for (const { app } of [short, long]) await app.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(() => Promise.all([short.app.close(), long.app.close()]));

const report = (reportId: unknown, change: object = {}) => ({
  reportId,
  device: { serialNumber: 'SN1' },
  observedDateTime: '2026-03-01T11:00:00Z',
  threatState: 'secured',
  ...change,
});
const call = (...reports: readonly unknown[]): string => JSON.stringify({ reports });

describe('the short way answers what the ordinary way answers', () => {
  test.each([
    ['a report', call(report('r1')), 1],
    [
      'several, some bad and some twice',
      call(
        report('r1'),
        report('r2', { threatState: 'fine' }),
        7,
        report('r1'),
        report(''),
        report('r3', { device: {} }),
      ),
      1,
    ],
    ['none that is good', call({}, null, 'x', [report('r1')]), 1],
    ['ids in any letters', call(report('Gerät 7 \u2028 \u{1f4f1} \u007f')), 1],
    ['half a letter', call(report('r\ud83d')), 1],
    ['members that nobody knows', call(report('r1', { more: { a: [1, { b: null }] } })), 1],
    ['a report that is nested deep', call(report('r1', { more: JSON.parse('['.repeat(25) + ']'.repeat(25)) })), 1],
    ['a long list', call(...Array.from({ length: 1_001 }, () => 1)), 0],
    ['no list', '{"reports":{}}', 0],
    ['an empty list', call(), 0],
    ['a broken body', '{"reports":[', 0],
    ['a hostile body', '{"reports":[],"__proto__":{}}', 0],
    ['more than comes at once', call(report('r1', { more: 'x'.repeat(50_000) })), 0],
  ] as const)('%s', async (_, body, fast) => {
    for (let round = 0; round < 2; round += 1) expect(await short.post(body)).toEqual(await long.post(body));
    expect(short.taken).toEqual(long.taken);
    expect(short.fast).toBe(2 * fast);
  });

  test.each(['Bearer weak', 'Bearer unbound', 'Bearer bad', 'Basic x'])('and refuses %s', async (authorization) => {
    const answer = await short.post(call(report('r1')), authorization);
    expect(answer).toEqual(await long.post(call(report('r1')), authorization));
    expect(answer.status).toBeGreaterThan(400);
    expect(short.taken).toEqual([]);
  });
});

test('reports that could not be taken are tried once more, and then it is said why', async () => {
  short.busy = 1;
  expect(await short.post(call(report('r1')))).toMatchObject({
    status: 200,
    body: '{"results":[{"reportId":"r1","status":"accepted"}]}',
  });
  short.busy = 2;
  long.busy = 1;
  const refusal = await short.post(call(report('r2')));
  expect(refusal).toEqual(await long.post(call(report('r2'))));
  expect(refusal.status).toBe(503);
  expect(short.taken).toEqual(['c1 r1']);
});
