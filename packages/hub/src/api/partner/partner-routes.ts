import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { HubError } from '@sallyport/contracts';
import { z } from 'zod';
import type { IncomingReport, Intake, Provisioning, ReportOutcome } from '../../pipeline/ports.ts';
import type { Clock } from '../../platform/clock.ts';
import type { RouteDoc } from '../route-access.ts';
import type { ReportProblem } from './parse-report.ts';
import { parsePartnerReport } from './parse-report.ts';
import type { ReportResult } from './report-schema.ts';
import { envelopeSchema, MAX_REPORTS, resultsSchema } from './report-schema.ts';

/** Enough for `MAX_REPORTS` reports of 8 KiB. */
const BODY_LIMIT = 8 * 1024 * 1024;

export interface PartnerRoutesOptions {
  readonly intake: Intake;
  readonly provisioning: Provisioning;
  readonly clock: Clock;
}

/** What partners call: their reports and their sign of life. The client's connector comes from its token. */
export function partnerRoutes({ intake, provisioning, clock }: PartnerRoutesOptions): FastifyPluginAsync {
  return async (app) => {
    app.post('/partner/v1/heartbeat', {
      config: {
        access: { kind: 'partner' },
        doc: {
          summary: 'Say that the partner is alive',
          description: 'Without reports, call this at least once a day. A partner silent for longer than its threshold is shown as unresponsive. With `error` the connector is shown in error until the next heartbeat without one; reports are taken all the same.',
          tags: ['partner'],
          body: heartbeatSchema.optional(),
          responses: { 204: { description: 'Noted.' } },
        },
      },
    }, async (request, reply) => {
      const { error } = heartbeatSchema.parse(request.body ?? {});
      await intake.heartbeat(connectorOf(request), error == null ? undefined : { code: error.code, message: error.message ?? undefined });
      return reply.code(204).send();
    });

    for (const [path, provisioned, doc] of [['provision', true, docs.provision], ['deprovision', false, docs.deprovision]] as const) {
      app.post(`/partner/v1/${path}`, { config: { access: { kind: 'partner' }, doc } }, async (request, reply) => {
        await provisioning.provision(connectorOf(request), provisioned);
        return reply.code(204).send();
      });
    }

    app.post('/partner/v1/device-health', {
      bodyLimit: BODY_LIMIT,
      config: {
        access: { kind: 'partner' },
        // Each report is kept itself, with what became of it; a line in the log for each call would halve what is taken in.
        quiet: true,
        doc: {
          summary: 'Report the health of devices',
          description: 'Answers after the reports are durably stored and every decision reflects them. Each report stands for itself: a bad one is rejected and the others are taken. On 503 send the same reports again.',
          tags: ['partner'],
          body: envelopeSchema,
          responses: { 200: { description: 'What became of each report.', schema: resultsSchema } },
        },
      },
    }, async (request) => ({ results: await takeReports(intake, connectorOf(request), reportsOf(request.body), clock.now()) }));
  };
}

const heartbeatSchema = z.object({
  error: z.object({ code: z.string().min(1).max(64), message: z.string().max(1_024).nullish() }).nullish().describe('What is wrong on the side of the partner.'),
});

const docs = {
  provision: { summary: 'Come back after a withdrawal', tags: ['partner'], responses: { 204: { description: 'The connector listens to the partner.' } } },
  deprovision: {
    summary: 'Withdraw', description: 'The connector becomes unavailable: reports are refused with 409, and what the partner said before counts no more.',
    tags: ['partner'], responses: { 204: { description: 'Withdrawn.' } },
  },
} as const satisfies Record<string, RouteDoc>;

async function takeReports(intake: Intake, connectorId: string, raw: readonly unknown[], now: number): Promise<readonly ReportResult[]> {
  const parsed = raw.map((report) => parsePartnerReport(report, connectorId, now));
  const distinct = new Map<string, IncomingReport>();
  for (const report of parsed) {
    if (report.ok && !distinct.has(report.incoming.row.reportId)) distinct.set(report.incoming.row.reportId, report.incoming);
  }
  const outcomes = distinct.size === 0 ? [] : await intake.take(connectorId, [...distinct.values()]);
  const outcomeOf = new Map(outcomes.map((outcome) => [outcome.reportId, outcome]));
  const answered = new Set<string>();
  return parsed.map((report, index) => {
    if (!report.ok) return rejected(raw[index], index, report.error);
    const { reportId } = report.incoming.row;
    const outcome = outcomeOf.get(reportId);
    if (outcome === undefined) throw new Error(`the pipeline said nothing about report ${reportId}`);
    const repeated = answered.has(reportId);
    answered.add(reportId);
    return toResult(repeated ? { ...outcome, status: 'duplicate' } : outcome);
  });
}

function toResult({ reportId, status, matched }: ReportOutcome): ReportResult {
  return matched ? { reportId, status } : { reportId, status, matched };
}

function rejected(raw: unknown, index: number, { field, message }: ReportProblem): ReportResult {
  const target = `reports[${index}]${field === '' ? '' : `.${field}`}`;
  return { reportId: readableId(raw), status: 'rejected', error: { code: 'invalid_request', message: `${target} ${message}.`, target } };
}

/** So that the sender finds its report again even where the id itself is what is wrong. */
function readableId(raw: unknown): string | null {
  const id = typeof raw === 'object' && raw !== null ? (raw as { reportId?: unknown }).reportId : undefined;
  return typeof id === 'string' ? id.slice(0, 256) : null;
}

function reportsOf(body: unknown): readonly unknown[] {
  const reports = typeof body === 'object' && body !== null ? (body as { reports?: unknown }).reports : undefined;
  if (!Array.isArray(reports)) {
    throw new HubError('invalid_request', 'The body must be an object with the list "reports".', { field: 'reports' });
  }
  if (reports.length === 0 || reports.length > MAX_REPORTS) {
    throw new HubError('invalid_request', `"reports" must have 1 to ${MAX_REPORTS} reports; it has ${reports.length}.${reports.length === 0 ? '' : ' Send the rest in another call.'}`, { field: 'reports' });
  }
  return reports;
}

function connectorOf(request: FastifyRequest): string {
  const connectorId = request.caller?.connectorId;
  if (connectorId === undefined) {
    throw new HubError('not_bound_to_connector', 'This client is bound to no connector. Bind it to the connector of its partner first.');
  }
  return connectorId;
}
