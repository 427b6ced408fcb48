import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, test } from 'vitest';
import { ERRORS, HubError } from '@sallyport/contracts';
import type { IncomingReport, Intake, Provisioning } from '../../pipeline/ports.ts';
import { StoreBusy } from '../../store/store.ts';
import { partnerRoutes } from './partner-routes.ts';

const NOW = Date.UTC(2026, 2, 1, 12, 0, 0);
const CONNECTOR = '2c7790de-8b02-4814-85cf-e0c59380dee8';

const opened: FastifyInstance[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((app) => app.close()));
});

/** Keeps what it is given; knows only the device `known`. */
class FakeIntake implements Intake, Provisioning {
  readonly taken: IncomingReport[] = [];
  readonly heartbeats: string[] = [];
  busy = false;

  async take(_connectorId: string, reports: readonly IncomingReport[]) {
    if (this.busy) throw new StoreBusy('disk full');
    return reports.map((report) => {
      const repeated = this.taken.some((kept) => kept.row.reportId === report.row.reportId);
      this.taken.push(report);
      return {
        reportId: report.row.reportId,
        status: repeated ? ('duplicate' as const) : ('accepted' as const),
        matched: report.signal.keys.some((key) => key.value === 'known'),
      };
    });
  }

  async heartbeat(connectorId: string, problem?: { code: string }) {
    this.heartbeats.push(problem === undefined ? connectorId : `${connectorId} ${problem.code}`);
  }

  async provision(connectorId: string, provisioned: boolean) {
    this.heartbeats.push(`${connectorId} ${provisioned}`);
  }
}

async function start(intake: FakeIntake, connectorId: string | undefined = CONNECTOR): Promise<FastifyInstance> {
  const app = Fastify();
  opened.push(app);
  app.decorateRequest('caller', undefined);
  app.addHook('onRequest', async (request) => {
    request.caller = { appId: 'a', displayName: 'Partner', roles: new Set(['update_device_health']), connectorId };
  });
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof HubError)
      return reply.code(ERRORS[error.code].status).send({ field: error.details.field, message: error.message });
    return reply
      .code(error instanceof StoreBusy ? 503 : ((error as { statusCode?: number }).statusCode ?? 500))
      .send({});
  });
  await app.register(partnerRoutes({ intake, provisioning: intake, clock: { now: () => NOW } }));
  return app;
}

function report(reportId: string, serialNumber = 'known', change: Record<string, unknown> = {}) {
  return {
    reportId,
    device: { serialNumber },
    observedDateTime: '2026-03-01T11:00:00Z',
    threatState: 'secured',
    ...change,
  };
}

async function post(app: FastifyInstance, reports: unknown) {
  return app.inject({ method: 'POST', url: '/partner/v1/device-health', payload: { reports } });
}

describe('POST /partner/v1/device-health', () => {
  test('answers each report in order, and one bad report does not spoil the others', async () => {
    const intake = new FakeIntake();
    const answer = await post(await start(intake), [
      report('r1'),
      report('r2', 'known', { threatState: 'fine' }),
      7,
      report('r3', 'other'),
    ]);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      results: [
        { reportId: 'r1', status: 'accepted' },
        {
          reportId: 'r2',
          status: 'rejected',
          error: {
            code: 'invalid_request',
            message: expect.stringContaining('must be one of'),
            target: 'reports[1].threatState',
          },
        },
        {
          reportId: null,
          status: 'rejected',
          error: { code: 'invalid_request', message: expect.any(String), target: 'reports[2]' },
        },
        { reportId: 'r3', status: 'accepted', matched: false },
      ],
    });
    expect(intake.taken.map((kept) => [kept.row.connectorId, kept.row.reportId])).toEqual([
      [CONNECTOR, 'r1'],
      [CONNECTOR, 'r3'],
    ]);
  });

  test('takes a report once when the call holds it twice, and again as a duplicate in a later call', async () => {
    const intake = new FakeIntake();
    const app = await start(intake);
    expect(
      (await post(app, [report('r1'), report('r1')])).json().results.map((r: { status: string }) => r.status),
    ).toEqual(['accepted', 'duplicate']);
    expect(intake.taken).toHaveLength(1);
    expect((await post(app, [report('r1')])).json().results[0].status).toBe('duplicate');
  });

  test('takes the good one of two reports with one id when the first is bad', async () => {
    const answer = await post(await start(new FakeIntake()), [report('r1', ''), report('r1')]);
    expect(answer.json().results.map((r: { status: string }) => r.status)).toEqual(['rejected', 'accepted']);
  });

  test.each([[{}], ['x'], [[]], [Array.from({ length: 1001 }, (_, i) => report(`r${i}`))]])(
    'refuses a call whose reports are no list of 1 to 1,000',
    async (reports) => {
      const answer = await post(await start(new FakeIntake()), reports);
      expect([answer.statusCode, answer.json().field]).toEqual([400, 'reports']);
    },
  );

  test('takes 1,000 reports in one call, also big ones', async () => {
    const findings = [{ id: 'f', type: 't', severity: 'high', state: 'open', recommendedAction: 'x'.repeat(2048) }];
    const answer = await post(
      await start(new FakeIntake()),
      Array.from({ length: 1000 }, (_, i) => report(`r${i}`, 'known', { findings })),
    );
    expect(answer.json().results).toHaveLength(1000);
  });

  test('acknowledges nothing when the store is busy', async () => {
    const intake = new FakeIntake();
    intake.busy = true;
    expect((await post(await start(intake), [report('r1')])).statusCode).toBe(503);
  });

  test('refuses a client that is bound to no connector', async () => {
    const app = Fastify();
    opened.push(app);
    app.decorateRequest('caller', undefined);
    app.setErrorHandler((error, _request, reply) =>
      reply.code(error instanceof HubError ? ERRORS[error.code].status : 500).send({}),
    );
    await app.register(
      partnerRoutes({ intake: new FakeIntake(), provisioning: new FakeIntake(), clock: { now: () => NOW } }),
    );
    expect((await post(app, [report('r1')])).statusCode).toBe(403);
  });
});

test('POST /partner/v1/heartbeat notes that the partner is alive', async () => {
  const intake = new FakeIntake();
  const answer = await (await start(intake)).inject({ method: 'POST', url: '/partner/v1/heartbeat' });
  expect([answer.statusCode, intake.heartbeats]).toEqual([204, [CONNECTOR]]);
});

test('a member that is null in a sign of life is one that was left out', async () => {
  const intake = new FakeIntake();
  const app = await start(intake);
  for (const payload of [{ error: null }, { error: { code: 'E7', message: null } }]) {
    expect((await app.inject({ method: 'POST', url: '/partner/v1/heartbeat', payload })).statusCode).toBe(204);
  }
  expect(intake.heartbeats).toEqual([CONNECTOR, `${CONNECTOR} E7`]);
});

test('a partner says what is wrong on its side, withdraws and comes back', async () => {
  const intake = new FakeIntake();
  const app = await start(intake);
  const answers = [
    await app.inject({
      method: 'POST',
      url: '/partner/v1/heartbeat',
      payload: { error: { code: 'E7', message: 'no licence' } },
    }),
    await app.inject({ method: 'POST', url: '/partner/v1/deprovision' }),
    await app.inject({ method: 'POST', url: '/partner/v1/provision' }),
  ];
  expect(answers.map((answer) => answer.statusCode)).toEqual([204, 204, 204]);
  expect(intake.heartbeats).toEqual([`${CONNECTOR} E7`, `${CONNECTOR} false`, `${CONNECTOR} true`]);
});
