import { HubError } from '@sallyport/contracts';
import type { IncomingReport, Intake, ReportOutcome } from '../../pipeline/ports.ts';
import { parsePartnerReport, type ReportProblem } from './parse-report.ts';
import { MAX_REPORTS, type ReportResult } from './report-schema.ts';

/** What becomes of each report of a call, in their order; after those that are taken are durable. */
export async function takeReports(
  intake: Intake,
  connectorId: string,
  raw: readonly unknown[],
  now: number,
): Promise<readonly ReportResult[]> {
  const parsed = raw.map((report) => parsePartnerReport(report, connectorId, now));
  const distinct = new Map<string, IncomingReport>();
  for (const report of parsed) {
    if (report.ok && !distinct.has(report.incoming.row.reportId))
      distinct.set(report.incoming.row.reportId, report.incoming);
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
    const warnings = report.warnings.map((warning) => problemAt(index, warning.code, warning));
    return {
      ...toResult(repeated ? { ...outcome, status: 'duplicate' } : outcome),
      ...(warnings.length > 0 && { warnings }),
    };
  });
}

function toResult({ reportId, status, matched }: ReportOutcome): ReportResult {
  return matched ? { reportId, status } : { reportId, status, matched };
}

function rejected(raw: unknown, index: number, problem: ReportProblem): ReportResult {
  return { reportId: readableId(raw), status: 'rejected', error: problemAt(index, 'invalid_request', problem) };
}

function problemAt(index: number, code: string, { field, message }: ReportProblem): NonNullable<ReportResult['error']> {
  const target = `reports[${index}]${field === '' ? '' : `.${field}`}`;
  return { code, message: `${target} ${message}.`, target };
}

/** So that the sender finds its report again even where the id itself is what is wrong. */
function readableId(raw: unknown): string | null {
  const id = typeof raw === 'object' && raw !== null ? (raw as { reportId?: unknown }).reportId : undefined;
  return typeof id === 'string' ? id.slice(0, 256) : null;
}

/** @throws HubError `invalid_request` where the body is no list of reports, or of too many. */
export function reportsOf(body: unknown): readonly unknown[] {
  const reports = typeof body === 'object' && body !== null ? (body as { reports?: unknown }).reports : undefined;
  if (!Array.isArray(reports)) {
    throw new HubError('invalid_request', 'The body must be an object with the list "reports".', { field: 'reports' });
  }
  if (reports.length === 0 || reports.length > MAX_REPORTS) {
    throw new HubError(
      'invalid_request',
      `"reports" must have 1 to ${MAX_REPORTS} reports; it has ${reports.length}.${reports.length === 0 ? '' : ' Send the rest in another call.'}`,
      { field: 'reports' },
    );
  }
  return reports;
}
