import type { FindingReport, Instant, Level, Signal } from '@sallyport/core';
import { rankOfLevel } from '@sallyport/core';
import { plainText } from '../kit/plain-text.ts';
import { undated } from '../kit/undated.ts';
import type { Doubt } from '../kit/unknown-word.ts';
import { doubtsOf, unknownTerm } from '../kit/unknown-word.ts';
import { findingOf } from './finding.ts';
import { SEVERITY, THREAT_STATE } from './vocabulary.ts';
import type { ZimperiumIncident, ZimperiumRecord, ZimperiumThreat } from './wire.ts';

/**
 * An incident is one finding, as bad as the worst of its threats that are not fixed, because its end names the incident
 * alone. Threats that are fixed are resolved as such, too. A record that tells no time of its change has that of the
 * incident's beginning; of two such records the one with more fixed threats is later, so each counts a millisecond.
 */
export function ofIncident(
  told: ZimperiumRecord,
  incident: ZimperiumIncident,
  connectorId: string,
  receivedAt: Instant,
): readonly Signal[] {
  const fixed = told.threats.filter(isFixed);
  const open = told.threats.filter((threat) => !isFixed(threat));
  const isOver = THREAT_STATE.get(incident.status ?? '') === 'resolved' || (fixed.length > 0 && open.length === 0);
  const observedAt = told.at === undefined ? receivedAt : told.at + (isOver ? told.threats.length + 1 : fixed.length);
  const itself = isOver ? over(incident) : underWay(incident, open, observedAt);
  const findings = [...itself, ...fixed.flatMap((threat) => findingOf(threat, observedAt).finding ?? [])];
  const doubts = doubtsOf(doubtOf(incident), ...(isOver ? [] : open.map(doubtOfThreat)));
  if (findings.length === 0 && doubts.flag === undefined) return [];
  return [
    {
      connectorId,
      reportId: told.reportId.slice(0, 256),
      keys: told.keys,
      observedAt,
      ...undated(told.at),
      findings,
      ...doubts,
    },
  ];
}

function isFixed({ state }: ZimperiumThreat): boolean {
  return THREAT_STATE.get(state ?? '') === 'resolved';
}

function over({ id, title = 'Incident' }: ZimperiumIncident): readonly FindingReport[] {
  return id === undefined ? [] : [{ id: `incident:${id}`, type: 'INCIDENT', state: 'resolved', title }];
}

/** Nothing where no severity is understood: what was last known stays. */
function underWay(
  { id, title }: ZimperiumIncident,
  open: readonly ZimperiumThreat[],
  at: Instant,
): readonly FindingReport[] {
  const [worst] = open.toSorted((a, b) => rankOf(b) - rankOf(a));
  const severity = worst && severityOf(worst);
  if (id === undefined || worst === undefined || severity === undefined) return [];
  const type = plainText(worst.kind, 128) ?? 'INCIDENT';
  return [
    {
      id: `incident:${id}`,
      type,
      state: 'open',
      title: title ?? type,
      ...(severity !== 'none' && { severity }),
      detectedAt: at,
    },
  ];
}

function severityOf({ severity }: ZimperiumThreat): Level | 'none' | undefined {
  return SEVERITY.get(severity ?? '');
}

function rankOf(threat: ZimperiumThreat): number {
  const severity = severityOf(threat);
  return severity === undefined ? -2 : severity === 'none' ? -1 : rankOfLevel(severity);
}

function doubtOf({ id, status }: ZimperiumIncident): Doubt {
  return id === undefined
    ? { flag: 'incident without id' }
    : unknownTerm('finding', 'incident status', status ?? '(none)', THREAT_STATE);
}

function doubtOfThreat({ state, severity }: ZimperiumThreat): Doubt {
  return doubtsOf(
    unknownTerm('finding', 'threat state', state ?? '(none)', THREAT_STATE),
    unknownTerm('finding', 'severity', severity ?? '(none)', SEVERITY),
  );
}
