import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Signal } from '@sallyport/core';
import { connectorOfReport } from '../../../pipeline/forget-partner.ts';
import type { DeviceRegistry } from '../../../pipeline/ports.ts';
import type { AccessView } from '../../../view/ports.ts';
import { canonicalId } from '@sallyport/contracts/graph/canonical-id.ts';
import { isoTime, type Clock } from '../../../platform/clock.ts';
import type { Store, StoredReport } from '../../../store/store.ts';
import type { RouteAccess, RouteDoc } from '../../../http/route-access.ts';
import { actorOf } from '../../../http/admin-documents.ts';
import { decidingReports, keyOf } from './deciding-reports.ts';
import { readAgain } from './read-again.ts';
import { deviceParams, knownDevice, READ_DEVICE } from '../findings/findings.ts';

export interface ReportRoutesOptions {
  readonly store: Pick<Store, 'reports' | 'devices' | 'documents' | 'postures' | 'findings'>;
  readonly devices: DeviceRegistry;
  readonly view: Pick<AccessView, 'decidingViews'>;
  readonly clock: Clock;
}

const READ: RouteAccess = {
  kind: 'permission',
  anyOf: ['Sallyport.Reports.Read.All', 'Sallyport.Reports.ReadWrite.All'],
};
const WRITE: RouteAccess = { kind: 'permission', anyOf: ['Sallyport.Reports.ReadWrite.All'] };
const MAX_ASSIGNED = 1000;

/** Reports as they were received: those that wait for their device, and those of one device. */
export function reportRoutes({ store, devices, view, clock }: ReportRoutesOptions): FastifyPluginAsync {
  return async (app) => {
    app.get('/admin/v1/reports', { config: { access: READ, doc: docs.list } }, async (request) =>
      waitingReports(store, listQuery.parse(request.query)),
    );
    app.get(
      '/admin/v1/devices/:id/reports',
      { config: { access: READ_DEVICE, doc: docs.ofDevice } },
      async (request) => {
        const { limit } = deviceQuery.parse(request.query);
        const id = await knownDevice(store, request);
        const withRaw = mayReadRaw(request);
        const [newest, deciding] = await Promise.all([
          store.reports.ofDevice(id, limit),
          decidingReports({ store, view }, id, clock.now()),
        ]);
        const decides = new Set(deciding.map(keyOf));
        const older = deciding
          .filter((report) => !newest.some(({ seq }) => seq === report.seq))
          .toSorted((a, b) => b.seq - a.seq);
        const reports = [...newest, ...older];
        const read = await readAgain(store, reports);
        return {
          value: reports.map((report) => ({
            ...toView(report, read(report), withRaw),
            decides: decides.has(keyOf(report)),
          })),
        };
      },
    );
    app.post('/admin/v1/reports/assign', { config: { access: WRITE, doc: docs.assign } }, async (request) => {
      const { deviceId, reports } = assignBody.parse(request.body);
      return devices.assignReports(actorOf(request), deviceId, reports);
    });
  };
}

/** How many are looked at together; those of the other status are left out. */
const SCAN = 1000;

async function waitingReports(store: Pick<Store, 'reports'>, { status, limit, after }: z.infer<typeof listQuery>) {
  const found: StoredReport[] = [];
  let seq = after;
  for (;;) {
    const page = await store.reports.waiting(SCAN, seq);
    found.push(...page.filter((report) => status === undefined || report.status === status));
    seq = page.at(-1)?.seq ?? seq;
    const isEnd = page.length < SCAN;
    if (!isEnd && found.length < limit) continue;
    const shown = found.slice(0, limit);
    const hasMore = !isEnd || found.length > limit;
    return {
      value: shown.map((report) => toView(report, report.signal ?? undefined, true)),
      nextAfter: hasMore ? (shown.at(-1)?.seq ?? null) : null,
    };
  }
}

/** What partners reported of a device is part of the device; the raw report, with its personal data, is not. */
function mayReadRaw({ caller }: FastifyRequest): boolean {
  return (
    caller?.roles.has('Sallyport.Reports.Read.All') === true ||
    caller?.roles.has('Sallyport.Reports.ReadWrite.All') === true
  );
}

const limit = z.coerce.number().int().min(1).max(1000).default(100);
const listQuery = z.strictObject({
  status: z.enum(['unmatched', 'ambiguous']).optional().describe('Left out: both.'),
  limit,
  after: z.coerce.number().int().min(0).default(0).describe('`nextAfter` of the page before.'),
});
const deviceQuery = z.strictObject({ limit });
const assignBody = z.strictObject({
  deviceId: z.string().min(1).max(256).transform(canonicalId),
  reports: z
    .array(
      z.strictObject({
        connectorId: z.string().min(1).max(256).transform(canonicalId),
        reportId: z.string().min(1).max(256),
      }),
    )
    .min(1)
    .max(MAX_ASSIGNED),
});

const assignedReports = z.object({
  assigned: z
    .int()
    .describe(
      'How many were applied. With those that were named, whatever else waits under an id that the partner has of the device.',
    ),
  notAssigned: z
    .array(
      z.object({
        connectorId: z.string(),
        reportId: z.string(),
        problem: z
          .enum(['unknown', 'settled'])
          .describe(
            'unknown: there is no such report of this connector. settled: it does not wait; its device is known.',
          ),
        deviceId: z.string().nullable().describe('The device that a settled report is about.'),
      }),
    )
    .describe('Each named report that was not applied, once.'),
});

const reportView = z.object({
  seq: z.int(),
  connectorId: z.string(),
  reportId: z.string(),
  status: z.enum(['accepted', 'late', 'unmatched', 'ambiguous']),
  flag: z.string().nullable().describe('Set where the partner used a word that we do not know.'),
  deviceId: z.string().nullable(),
  keys: z
    .array(z.object({ type: z.string(), value: z.string() }))
    .describe('What the report knows its device by. Of reports of a device only with a Sallyport.Reports permission.'),
  threatState: z
    .string()
    .nullable()
    .describe('What it says of the device; null where it speaks of findings only, or cannot be read any more.'),
  findings: z
    .array(
      z.object({
        id: z.string(),
        type: z.string(),
        severity: z.string().nullable(),
        state: z.enum(['open', 'resolved']),
        title: z.string().nullable(),
      }),
    )
    .describe('What it says of threats.'),
  format: z.string(),
  observedDateTime: z.string(),
  receivedDateTime: z.string(),
  raw: z
    .string()
    .optional()
    .describe('As it came. Only with a Sallyport.Reports permission: it may hold personal data.'),
});

const deviceReportView = reportView.extend({
  decides: z
    .boolean()
    .describe(
      "Today's verdict on the level of the device comes from it: the state, last level or finding that counts. No report does where the silence of a partner decides.",
    ),
});

/** @param said what the report says, as far as it can be read */
function toView(report: StoredReport, said: Signal | undefined, withRaw: boolean): z.infer<typeof reportView> {
  const { seq, connectorId, reportId, status, flag, deviceId, format, observedAt, receivedAt, raw } = report;
  return {
    seq,
    connectorId: connectorOfReport(connectorId),
    reportId,
    status,
    flag,
    deviceId,
    keys: withRaw ? (said?.keys ?? []).map((key) => ({ ...key })) : [],
    threatState: said?.state ?? null,
    findings: (said?.findings ?? []).map(({ id, type, severity, state, title }) => ({
      id,
      type,
      severity: severity ?? null,
      state,
      title: title ?? null,
    })),
    format,
    observedDateTime: isoTime(observedAt),
    receivedDateTime: isoTime(receivedAt),
    ...(withRaw && { raw }),
  };
}

const tags = ['admin: reports'];
const docs = {
  list: {
    summary: 'List reports whose device is not known, or not certain',
    tags,
    query: listQuery,
    description: 'Oldest first. They are applied when their device appears, or when they are assigned.',
    responses: {
      200: {
        description: 'A page; `nextAfter` is null on the last.',
        schema: z.object({ value: z.array(reportView), nextAfter: z.int().nullable() }),
      },
    },
  },
  ofDevice: {
    summary: 'List the reports about a device',
    tags,
    params: deviceParams,
    query: deviceQuery,
    description: 'The newest, as many as `limit` says, and after them those that decide, however old they are.',
    responses: { 200: { description: 'Newest first.', schema: z.object({ value: z.array(deviceReportView) }) } },
  },
  assign: {
    summary: 'Say which device waiting reports are about',
    tags,
    body: assignBody,
    description: 'Reports that do not wait are left as they are, and named in the answer.',
    responses: { 200: { description: 'What was applied, and what was not.', schema: assignedReports } },
  },
} satisfies Record<string, RouteDoc>;
