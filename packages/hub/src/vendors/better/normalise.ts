import type { FindingReport, Instant, Signal } from '@sallyport/core';
import { categoryOf } from '@sallyport/core';
import { plainText } from '../kit/plain-text.ts';
import { postureOfWords } from '../kit/posture-of-words.ts';
import { undated } from '../kit/undated.ts';
import type { Doubt } from '../kit/unknown-word.ts';
import { doubtsOf, unknownTerm } from '../kit/unknown-word.ts';
import { fingerprint } from '../kit/wire-read.ts';
import { DELETED, SEVERITY, STATUS, THREAT_LEVEL } from './vocabulary.ts';
import type { BetterIncident, ReadRow } from './wire.ts';
import { readDevice, readIncident, readRow } from './wire.ts';

/** A row (`BetterRow`) of the table of devices or of incidents. */
export function normaliseBetter(raw: unknown, connectorId: string, receivedAt: Instant): readonly Signal[] {
  const row = readRow(raw);
  if (row === undefined) return [];
  return row.table === 'device' ? ofDevice(row, connectorId, receivedAt) : ofIncident(row, connectorId, receivedAt);
}

function ofDevice(row: ReadRow, connectorId: string, receivedAt: Instant): readonly Signal[] {
  const { udid, keys, keyFlag, level, deleted, at } = readDevice(row.columns);
  if (keys.length === 0) return [];
  const posture = postureOfWords(
    [{ field: 'threat level', told: level ?? '(none)', means: THREAT_LEVEL }],
    [{ field: 'IsDeleted', told: deleted, means: DELETED }],
  );
  return [
    {
      connectorId,
      keys,
      findings: [],
      ...posture,
      ...doubtsOf(posture, { flag: keyFlag }),
      // BETTER's lowest word is "Low" and is shown as "Safe": it covers devices without and with a low incident.
      ...((posture.state === 'secured' || posture.understood === 'secured') && {
        basis: 'postureAndFindings' as const,
      }),
      reportId: `device:${udid ?? 'none'}:${idOfRow(row)}`.slice(0, 256),
      observedAt: timeOf(row, at, receivedAt),
      ...undated(row.writtenAt ?? at),
    },
  ];
}

function ofIncident(row: ReadRow, connectorId: string, receivedAt: Instant): readonly Signal[] {
  const incident = readIncident(row.columns);
  if (incident.keys.length === 0) return [];
  const { finding, ...doubt } = findingOf(incident);
  return [
    {
      connectorId,
      keys: incident.keys,
      findings: finding === undefined ? [] : [finding],
      ...doubtsOf(doubt, { flag: incident.keyFlag }),
      reportId: `incident:${incident.id ?? 'none'}:${idOfRow(row)}`.slice(0, 256),
      observedAt: timeOf(row, incident.at, receivedAt),
      ...undated(row.writtenAt ?? incident.at),
    },
  ];
}

/** A finding whose status or severity we cannot read is left out, so that what was last known of it stays. */
function findingOf({
  id,
  type,
  category,
  title,
  severity,
  status,
  happenedAt,
}: BetterIncident): Doubt & { readonly finding?: FindingReport } {
  if (id === undefined) return { flag: 'incident without id' };
  const state = STATUS.get(status ?? '');
  if (state === undefined) return unknownTerm('finding', 'status', status ?? '(none)', STATUS);
  const level = SEVERITY.get(severity ?? '');
  if (level === undefined && state === 'open')
    return unknownTerm('finding', 'severity', severity ?? '(none)', SEVERITY);
  const kind = type ?? 'Incident';
  // BETTER publishes the values of neither; the words that all partners share are tried, the closer one first.
  const ours = [kind, category ?? ''].map((told) => categoryOf(undefined, told)).find((one) => one !== 'unclassified');
  const finding: FindingReport = {
    id,
    state,
    type: kind,
    ...(ours !== undefined && { category: ours }),
    title: plainText(title ?? kind, 400) ?? kind,
    ...(level !== undefined && level !== 'none' && { severity: level }),
    ...(state === 'open' && happenedAt !== undefined && { detectedAt: happenedAt }),
  };
  return { finding };
}

/** Rows have no id of their own: the same row read again is the same report. */
function idOfRow({ columns, writtenAt }: ReadRow): string {
  return fingerprint(
    [...columns].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
    writtenAt ?? null,
  );
}

function timeOf({ writtenAt, place }: ReadRow, told: number | undefined, receivedAt: Instant): Instant {
  return (writtenAt ?? told ?? receivedAt) + place;
}
