import { categoryOf } from '@sallyport/core';
import type { Instant, Signal } from '@sallyport/core';
import type { IncomingReport } from '../pipeline/ports.ts';
import { jsonWithin } from '../vendors/json-within.ts';
import type { Vendor } from '../vendors/vendor.ts';
import type { KnownDevices } from './known-devices.ts';
import type { OpenLink } from './vendor-link.ts';

/** No vendor nests its records nearly as deep. */
const MAX_DEPTH = 40;
/** As in the partner API: what claims to be from later than this would outrank every true report until that time. */
const MAX_AHEAD_MS = 5 * 60_000;

export interface ReadRecords {
  readonly reports: readonly IncomingReport[];
  /** Records that say nothing about a device: audit events, and what we do not know. */
  readonly silent: number;
}

/** Turns a vendor's records into reports: kept raw, and understood. */
export function readRecords({ vendor, connectorId, settings }: OpenLink, records: readonly unknown[], known: KnownDevices, now: Instant): ReadRecords {
  const reports: IncomingReport[] = [];
  let silent = 0;
  for (const record of records) {
    const raw = jsonWithin(record, MAX_DEPTH);
    const signals = raw === undefined ? [] : vendor.normalise(record, connectorId, now, settings);
    if (raw === undefined || signals.length === 0) silent += 1;
    else for (const signal of signals) reports.push(toReport(vendor, raw, notAhead(classified(vendor, known.complete(signal)), now)));
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

/**
 * A vendor cannot be told to mend its clock, so the report is taken as of the latest time that is allowed, and
 * says so. Not as of now: then it would come before another that is just within the limit.
 */
function notAhead(signal: Signal, now: Instant): Signal {
  const latest = now + MAX_AHEAD_MS;
  if (signal.observedAt <= latest) return signal;
  return { ...signal, observedAt: latest, flag: signal.flag ?? 'time of the report lies in the future' };
}
