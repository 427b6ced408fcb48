import { categoryOf, meaningOf } from '@sallyport/core';
import type { Instant, Signal } from '@sallyport/core';
import type { IncomingReport } from '../pipeline/ports.ts';
import { readSnapshot } from '../vendors/device-snapshot.ts';
import { jsonWithin } from '../vendors/json-within.ts';
import type { Vendor } from '../vendors/vendor.ts';
import type { KnownDevices } from './known-devices.ts';
import type { TimesAhead } from './times-ahead.ts';
import type { OpenLink } from './vendor-link.ts';

/** No vendor nests its records nearly as deep. */
const MAX_DEPTH = 40;

/** What a link has learnt from what came before. */
export interface Learnt {
  readonly known: KnownDevices;
  readonly times: TimesAhead;
}

export interface ReadRecords {
  readonly reports: readonly IncomingReport[];
  /** Records that say nothing about a device: audit events, and what we do not know. */
  readonly silent: number;
}

/** Turns a vendor's records into reports: kept raw, and understood. */
export function readRecords({ vendor, connectorId, settings }: OpenLink, records: readonly unknown[], { known, times }: Learnt, now: Instant): ReadRecords {
  const reports: IncomingReport[] = [];
  let silent = 0;
  for (const record of records) {
    const raw = jsonWithin(record, MAX_DEPTH);
    const signals = raw === undefined ? [] : vendor.normalise(record, connectorId, now, settings);
    const byOurClock = readSnapshot(record) !== undefined;
    if (raw === undefined || signals.length === 0) silent += 1;
    else for (const signal of signals) reports.push(toReport(vendor, raw, times.placed(flagged(classified(vendor, known.complete(signal))), now, byOurClock)));
  }
  return { reports, silent };
}

function toReport(vendor: Vendor, raw: string, signal: Signal): IncomingReport {
  const { connectorId, reportId, observedAt } = signal;
  return { row: { connectorId, reportId, format: vendor.format, raw, observedAt }, signal };
}

function classified({ categories }: Vendor, signal: Signal): Signal {
  if (signal.findings.length === 0) return signal;
  return { ...signal, findings: signal.findings.map((finding) => ({ ...finding, category: finding.category ?? categoryOf(categories, finding.type) })) };
}

/** Why a report without a time of its own does not count as it reads. */
function flagged(signal: Signal): Signal {
  if (signal.undated !== true || signal.flag !== undefined) return signal;
  const { state, findings } = signal;
  const isGood = (state !== undefined && meaningOf(state).rank <= meaningOf('secured').rank) || findings.some((finding) => finding.state === 'resolved');
  return isGood ? { ...signal, flag: 'no time of its own' } : signal;
}
