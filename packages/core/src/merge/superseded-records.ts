import type { Instant } from '../vocabulary/signal.ts';
import type { SignalLimits } from '../vocabulary/signal-limits.ts';

/** One record of a device, as far as it says whether the device was enrolled again. */
export interface EnrolledRecord {
  readonly id: string;
  /** Serial number, UDID and IMEI, each in one spelling and with its type; no placeholders. */
  readonly keys: readonly string[];
  /** When the management enrolled it; absent where the management did not report it. */
  readonly enrolledAt?: Instant | undefined;
  /** The last contact with its management. */
  readonly lastContactAt: Instant;
}

/**
 * Which records are superseded, and by which live record: of records with one key, the last enrolled one supersedes those
 * without contact since its enrolment. An enrolment that was not reported, or lies ahead of `now`, supersedes nothing, and
 * neither does one by a key that more than `limits.maxCandidates` live records carry. Depends on the records only, not on the
 * order in which they were written.
 *
 * @param records everything that is connected by keys with the records in question
 */
export function supersededBy(
  records: readonly EnrolledRecord[],
  now: Instant,
  limits: SignalLimits,
): ReadonlyMap<string, string> {
  const next = new Map<string, EnrolledRecord>();
  const carriers = Map.groupBy(
    records.flatMap((record) => [...new Set(record.keys)].map((key) => ({ key, record }))),
    ({ key }) => key,
  );
  for (const group of carriers.values()) {
    const ofKey = group.map(({ record }) => record);
    const last = lastEnrolled(ofKey, now);
    if (last === undefined) continue;
    const replaced = ofKey.filter((record) => contactOf(record) < enrolmentOf(last));
    if (ofKey.length - replaced.length > limits.maxCandidates) continue;
    for (const { id } of replaced) next.set(id, laterOf(next.get(id), last));
  }
  return new Map([...next.keys()].map((id) => [id, endOf(id, next)]));
}

/** Contact never precedes enrolment, so that no record can come to supersede itself through others. */
function contactOf({ enrolledAt, lastContactAt }: EnrolledRecord): Instant {
  return Math.max(enrolledAt ?? lastContactAt, lastContactAt);
}

function enrolmentOf({ enrolledAt }: EnrolledRecord): Instant {
  return enrolledAt ?? -Infinity;
}

function lastEnrolled(records: readonly EnrolledRecord[], now: Instant): EnrolledRecord | undefined {
  let last: EnrolledRecord | undefined;
  for (const record of records)
    if (record.enrolledAt !== undefined && record.enrolledAt <= now) last = laterOf(last, record);
  return last;
}

function laterOf(a: EnrolledRecord | undefined, b: EnrolledRecord): EnrolledRecord {
  if (a === undefined || enrolmentOf(b) !== enrolmentOf(a))
    return a === undefined || enrolmentOf(b) > enrolmentOf(a) ? b : a;
  return b.id > a.id ? b : a;
}

/** The record at the end of a chain of enrolments. */
function endOf(id: string, next: ReadonlyMap<string, EnrolledRecord>): string {
  let end = id;
  for (let record = next.get(id); record !== undefined; record = next.get(end)) end = record.id;
  return end;
}
