import type { DeviceKey, FindingReport, Instant, Signal } from '@sallyport/core';
import { categoryOf } from '@sallyport/core';
import type { z } from 'zod';
import type { IncomingReport } from '../../pipeline/ports.ts';
import { consoleLink } from '../../vendors/kit/console-link.ts';
import { distinctKeys, readNamedKeys, unusableKey } from '../../vendors/kit/device-keys.ts';
import { parseIsoInstant } from '../../vendors/kit/iso-instant.ts';
import { jsonWithin } from '../../vendors/kit/json-within.ts';
import { selfContradiction } from '../../vendors/kit/self-contradiction.ts';
import type { PartnerFinding, PartnerReport } from './report-schema.ts';
import { DEVICE_KEYS, levelOfSeverity, reportSchema } from './report-schema.ts';

export const PARTNER_FORMAT = 'partner-v1';

/** Clocks differ a little; of what is further ahead the partner is told. */
const USUAL_AHEAD_MS = 5 * 60_000;
/** Before this no partner watched a phone: a device whose clock was reset. */
const EARLIEST = Date.UTC(2000, 0, 1);
/** A report nested deeper than this is no report. */
const MAX_DEPTH = 20;

/** What is wrong with one report; `field` is a path within it, empty for the report itself. */
export interface ReportProblem {
  readonly field: string;
  readonly message: string;
}

/** Of a report that is taken all the same. */
export interface ReportWarning extends ReportProblem {
  readonly code: 'unusable_key' | 'contradiction' | 'time_ahead';
}

export type ParsedReport =
  | { readonly ok: true; readonly incoming: IncomingReport; readonly warnings: readonly ReportWarning[] }
  | { readonly ok: false; readonly error: ReportProblem };

/** Reads one report of the partner API. Pure; never throws, whatever `raw` is. */
export function parsePartnerReport(raw: unknown, connectorId: string, now: Instant): ParsedReport {
  const parsed = reportSchema.safeParse(raw);
  if (!parsed.success) return { ok: false, error: problemOf(parsed.error) };
  try {
    const { keys, warnings } = deviceKeys(parsed.data.device);
    const incoming = toIncoming(parsed.data, { keys, ...flagOf(parsed.data.device, warnings) }, raw, connectorId, now);
    return withoutContradiction(incoming, [
      ...warnings.map((warning) => ({ code: 'unusable_key' as const, ...warning })),
      ...timeAhead(incoming, now),
    ]);
  } catch (error) {
    if (error instanceof Refused) return { ok: false, error: error.problem };
    throw error;
  }
}

/** It counts as of its receipt: our clock may be the wrong one, and to refuse the report would lose what it says. */
function timeAhead({ signal }: IncomingReport, now: Instant): readonly ReportWarning[] {
  if (signal.observedAt <= now + USUAL_AHEAD_MS) return [];
  return [
    {
      code: 'time_ahead',
      field: 'observedDateTime',
      message:
        "is more than 5 minutes ahead of the hub's clock, so the report counts as of its receipt: check the clock of the sender",
    },
  ];
}

/** `secured` beside an open finding of high severity: the worse counts, and the partner is told. */
function withoutContradiction(incoming: IncomingReport, warnings: readonly ReportWarning[]): ParsedReport {
  const { row, signal } = incoming;
  const contradiction = selfContradiction(signal);
  if (contradiction === undefined) return { ok: true, incoming, warnings };
  const warning: ReportWarning = {
    code: 'contradiction',
    field: 'threatState',
    message:
      'is secured beside an open finding of high severity, so highSeverity counts: send secured once the finding is resolved, or give it severity none',
  };
  return {
    ok: true,
    incoming: { row, signal: { ...signal, state: 'highSeverity', flag: signal.flag ?? contradiction } },
    warnings: [...warnings, warning],
  };
}

/** Leaves the steps below at the first thing that is wrong; never leaves this file. */
class Refused extends Error {
  readonly problem: ReportProblem;
  constructor(field: string, message: string) {
    super(message);
    this.problem = { field, message };
  }
}

function toIncoming(
  report: PartnerReport,
  device: Pick<Signal, 'keys' | 'flag'>,
  raw: unknown,
  connectorId: string,
  now: Instant,
): IncomingReport {
  const text = jsonWithin(raw, MAX_DEPTH);
  if (text === undefined) throw new Refused('', `is nested deeper than ${MAX_DEPTH} levels`);
  const observedAt = instant(report.observedDateTime, 'observedDateTime');
  const { reportId } = report;
  return {
    row: { connectorId, reportId, format: PARTNER_FORMAT, raw: text, observedAt },
    signal: {
      connectorId,
      reportId,
      ...device,
      observedAt,
      state: report.threatState,
      findings: findings(report.findings ?? [], now),
    },
  };
}

/**
 * The keys that identify the device. One that cannot be used is a warning as long as another one can: to refuse the report
 * would lose what it says. A placeholder ("unknown") beside a usable key is not even that.
 */
function deviceKeys(device: PartnerReport['device']): {
  readonly keys: readonly DeviceKey[];
  readonly warnings: readonly ReportProblem[];
} {
  const keys: DeviceKey[] = [];
  const warnings: ReportProblem[] = [];
  let placeholder: ReportProblem | undefined;
  for (const name of DEVICE_KEYS) {
    const value = device[name];
    if (value === null || value === undefined) continue;
    const field = `device.${name}`;
    const read = readNamedKeys(name, value);
    if (read.problem !== undefined) warnings.push({ field, message: read.problem });
    if (read.nothing !== undefined) placeholder ??= { field, message: read.nothing };
    keys.push(...read.keys);
  }
  if (keys.length > 0) return { keys: distinctKeys(keys), warnings };
  const { field, message } = warnings[0] ??
    placeholder ?? { field: 'device', message: `must name the device by at least one of ${DEVICE_KEYS.join(', ')}` };
  throw new Refused(field, message);
}

/** For the administrator, who does not see what the partner is answered. */
function flagOf(device: PartnerReport['device'], [first]: readonly ReportProblem[]): { readonly flag?: string } {
  const name = DEVICE_KEYS.find((key) => first?.field === `device.${key}`);
  return name === undefined ? {} : { flag: unusableKey(name, device[name]) };
}

function findings(told: readonly PartnerFinding[], now: Instant): readonly FindingReport[] {
  const seen = new Set<string>();
  return told.map((finding, index) => {
    const field = `findings[${index}]`;
    if (seen.has(finding.id)) throw new Refused(`${field}.id`, 'names a finding that this report has named before');
    seen.add(finding.id);
    const { detectedDateTime, link } = finding;
    return {
      id: finding.id,
      type: finding.type,
      category: finding.category ?? categoryOf(undefined, finding.type),
      severity: levelOfSeverity(finding.severity),
      state: finding.state,
      title: finding.title ?? undefined,
      detectedAt:
        typeof detectedDateTime === 'string'
          ? Math.min(instant(detectedDateTime, `${field}.detectedDateTime`), now)
          : undefined,
      recommendedAction: finding.recommendedAction ?? undefined,
      link: typeof link === 'string' ? httpsLink(link, `${field}.link`) : undefined,
    };
  });
}

function httpsLink(text: string, field: string): string {
  const link = consoleLink(text);
  if (link === undefined)
    throw new Refused(field, 'must be an address that begins with https:// and holds no user name');
  return link;
}

function instant(text: string, field: string): Instant {
  const at = parseIsoInstant(text);
  if (at === undefined) {
    throw new Refused(
      field,
      'must be an existing date and time in ISO 8601 with its offset, such as 2026-03-01T08:00:00Z',
    );
  }
  if (at < EARLIEST)
    throw new Refused(field, 'is before the year 2000: the clock of the device or the partner is wrong');
  return at;
}

function problemOf(error: z.ZodError): ReportProblem {
  const issue = error.issues[0];
  return issue === undefined
    ? { field: '', message: 'is not valid' }
    : { field: pathOf(issue.path), message: issue.message };
}

function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('');
}
