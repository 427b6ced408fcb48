import { categoryOf, meaningOf } from '@sallyport/core';
import type { Instant, Signal } from '@sallyport/core';
import type { IncomingReport } from '../../pipeline/ports.ts';
import { readSnapshot } from '../../vendors/kit/device-snapshot.ts';
import { jsonWithin } from '../../vendors/kit/json-within.ts';
import { selfContradiction } from '../../vendors/kit/self-contradiction.ts';
import type { Vendor } from '../../vendors/vendor.ts';
import type { KnownDevices } from './known-devices.ts';
import type { TimesAhead } from './times-ahead.ts';
import type { OpenLink } from './vendor-link.ts';
import { worstReading, type Reading } from '../../vendors/kit/worst-reading.ts';

/** No vendor nests its records nearly as deep. */
const MAX_DEPTH = 40;

const NOTHING: Reading = { record: undefined, signals: [] };

/** What a link has learnt from what came before. */
export interface Learnt {
  readonly known: KnownDevices;
  readonly times: TimesAhead;
}

export interface UnreadRecord {
  /** Its place in the batch, from 1. */
  readonly number: number;
  /** What is wrong, completing "the record ...". */
  readonly message: string;
}

export interface ReadRecords {
  readonly reports: readonly IncomingReport[];
  /** Records that say nothing about a device: audit events, and what we do not know. */
  readonly silent: number;
  /** Those of them that could not be read. */
  readonly unread: readonly UnreadRecord[];
}

/** Turns a vendor's records into reports: kept raw, and understood. */
export function readRecords(
  { vendor, connectorId, settings }: OpenLink,
  records: readonly unknown[],
  { known, times }: Learnt,
  now: Instant,
  inDoubt = false,
): ReadRecords {
  const reports: IncomingReport[] = [];
  const unread: UnreadRecord[] = [];
  let silent = 0;
  for (const [i, record] of records.entries()) {
    const whole = jsonWithin(record, MAX_DEPTH);
    const { record: counts, signals } =
      whole === undefined ? NOTHING : worstReading(record, (one) => vendor.normalise(one, connectorId, now, settings));
    const raw = counts === record ? whole : jsonWithin(counts, MAX_DEPTH);
    const byOurClock = readSnapshot(counts) !== undefined;
    if (raw === undefined || signals.length === 0) {
      const message = whyUnread(vendor, counts ?? record, raw);
      if (message !== undefined) unread.push({ number: i + 1, message });
      silent += 1;
    } else
      for (const signal of signals) {
        const understood = flagged(classified(vendor, known.complete(signal)));
        // What is ahead of a clock that is in doubt may be right.
        reports.push(toReport(vendor, raw, inDoubt ? understood : times.placed(understood, now, byOurClock)));
      }
  }
  return { reports, silent, unread };
}

function whyUnread(vendor: Vendor, record: unknown, raw: string | undefined): string | undefined {
  if (raw === undefined) return `is nested deeper than ${MAX_DEPTH} levels`;
  if (vendor.whyUnread !== undefined) return vendor.whyUnread(record);
  return typeof record === 'object' && record !== null && !Array.isArray(record) ? undefined : 'is no JSON object';
}

function toReport(vendor: Vendor, raw: string, signal: Signal): IncomingReport {
  const { connectorId, reportId, observedAt } = signal;
  return { row: { connectorId, reportId, format: vendor.format, raw, observedAt }, signal };
}

function classified({ categories }: Vendor, signal: Signal): Signal {
  if (signal.findings.length === 0) return signal;
  return {
    ...signal,
    findings: signal.findings.map((finding) => ({
      ...finding,
      category: finding.category ?? categoryOf(categories, finding.type),
    })),
  };
}

/** What people should know of a report that does not count as it reads, or that speaks against itself. */
function flagged(signal: Signal): Signal {
  const flag =
    signal.flag ?? (signal.undated === true ? doubtOfUndated(signal) : undefined) ?? selfContradiction(signal);
  return flag === undefined ? signal : { ...signal, flag };
}

function doubtOfUndated({ state, findings }: Signal): string | undefined {
  const isGood =
    (state !== undefined && meaningOf(state).rank <= meaningOf('secured').rank) ||
    findings.some((finding) => finding.state === 'resolved');
  return isGood ? 'no time of its own' : undefined;
}
