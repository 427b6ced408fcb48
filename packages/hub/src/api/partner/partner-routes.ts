import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { HubError } from '@sallyport/contracts';
import { z } from 'zod';
import type { Intake, Provisioning } from '../../pipeline/ports.ts';
import type { Clock } from '../../platform/clock.ts';
import type { RouteDoc } from '../../http/route-access.ts';
import type { Authenticator } from '../../http/access-guard.ts';
import { installFastPath } from '../../http/fast-path/fast-path.ts';
import { fastReports } from './fast-reports.ts';
import { envelopeSchema, resultsSchema } from './report-schema.ts';
import { reportsOf, takeReports } from './take-call.ts';

/** Enough for `MAX_REPORTS` reports of 8 KiB. */
const BODY_LIMIT = 8 * 1024 * 1024;

export interface PartnerRoutesOptions {
  readonly intake: Intake;
  readonly provisioning: Provisioning;
  readonly clock: Clock;
  /** With it, plain calls with reports are taken before the router; see `fast-path.ts`. */
  readonly authenticator?: Authenticator | undefined;
  readonly onTaken?: ((seconds: number) => void) | undefined;
}

/** What partners call: their reports and their sign of life. The client's connector comes from its token. */
export function partnerRoutes({
  intake,
  provisioning,
  clock,
  authenticator,
  onTaken,
}: PartnerRoutesOptions): FastifyPluginAsync {
  return async (app) => {
    if (authenticator?.peek !== undefined)
      installFastPath(app, fastReports(intake, clock, onTaken), authenticator as Required<Authenticator>);
    app.post(
      '/partner/v1/heartbeat',
      {
        config: {
          access: { kind: 'partner' },
          doc: {
            summary: 'Say that the partner is alive',
            description:
              'Without reports, call this at least once a day. A partner silent for longer than its threshold is shown as unresponsive. With `error` the connector is shown in error until the next heartbeat without one; reports are taken all the same.',
            tags: ['partner'],
            body: heartbeatSchema.optional(),
            responses: { 204: { description: 'Noted.' } },
          },
        },
      },
      async (request, reply) => {
        const { error } = heartbeatSchema.parse(request.body ?? {});
        await intake.heartbeat(
          connectorOf(request),
          error == null ? undefined : { code: error.code, message: error.message ?? undefined },
        );
        return reply.code(204).send();
      },
    );

    for (const [path, provisioned, doc] of [
      ['provision', true, docs.provision],
      ['deprovision', false, docs.deprovision],
    ] as const) {
      app.post(`/partner/v1/${path}`, { config: { access: { kind: 'partner' }, doc } }, async (request, reply) => {
        await provisioning.provision(connectorOf(request), provisioned);
        return reply.code(204).send();
      });
    }

    app.post(
      '/partner/v1/device-health',
      {
        bodyLimit: BODY_LIMIT,
        config: {
          anyText: true,
          access: { kind: 'partner' },
          // Each report is kept itself, with what became of it; a line in the log for each call would halve what is taken in.
          quiet: true,
          doc: {
            summary: 'Report the health of devices',
            description:
              'Answers after the reports are durably stored and every decision reflects them. Each report stands for itself: a bad one is rejected and the others are taken. On 503 send the same reports again.',
            tags: ['partner'],
            body: envelopeSchema,
            responses: { 200: { description: 'What became of each report.', schema: resultsSchema } },
          },
        },
      },
      async (request) => ({
        results: await takeReports(intake, connectorOf(request), reportsOf(request.body), clock.now()),
      }),
    );
  };
}

const heartbeatSchema = z.object({
  error: z
    .object({ code: z.string().min(1).max(64), message: z.string().max(1_024).nullish() })
    .nullish()
    .describe('What is wrong on the side of the partner.'),
});

const docs = {
  provision: {
    summary: 'Come back after a withdrawal',
    tags: ['partner'],
    responses: { 204: { description: 'The connector listens to the partner.' } },
  },
  deprovision: {
    summary: 'Withdraw',
    description:
      'The connector becomes unavailable: reports are refused with 409, and what the partner said before counts no more.',
    tags: ['partner'],
    responses: { 204: { description: 'Withdrawn.' } },
  },
} as const satisfies Record<string, RouteDoc>;

function connectorOf(request: FastifyRequest): string {
  const connectorId = request.caller?.connectorId;
  if (connectorId === undefined) {
    throw new HubError(
      'not_bound_to_connector',
      'This client is bound to no connector. Bind it to the connector of its partner first.',
    );
  }
  return connectorId;
}
