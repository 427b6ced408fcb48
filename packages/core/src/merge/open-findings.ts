import { rankOfLevel } from '../vocabulary/level.ts';
import type { Finding, OpenFinding, PartnerView, PartnerWord, Signal } from '../vocabulary/signal.ts';
import type { SignalLimits } from '../vocabulary/signal-limits.ts';
import type { ThreatState } from '../vocabulary/threat-state.ts';
import { stateOfLevel, worseOf } from '../vocabulary/threat-state.ts';

const MINUTE = 60_000;

/** The open findings of a view after these, sorted by id. */
export function nextOpenFindings(
  view: PartnerView | undefined,
  findings: readonly Finding[],
  signal: Signal,
  limits: SignalLimits,
): PartnerView['openFindings'] {
  const before = view?.openFindings ?? [];
  if (findings.length === 0) return before;
  const byId = new Map(before.map((finding) => [finding.id, finding]));
  for (const finding of findings) {
    if (finding.state === 'open') byId.set(finding.id, openFinding(finding, byId.get(finding.id), signal, limits));
    else byId.delete(finding.id);
  }
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/** Absent members stay absent: a posture that was stored and read again must equal the one in memory. */
function openFinding(
  finding: Finding,
  before: OpenFinding | undefined,
  { receivedAt, undated }: Signal,
  limits: SignalLimits,
): OpenFinding {
  const { id, type, category, severity, title, recommendedAction, observedAt } = finding;
  // What was open already and is no worse is no news, and raises no posture that has been reported since.
  const opened =
    before?.severity !== undefined && severity !== undefined && rankOfLevel(severity) <= rankOfLevel(before.severity)
      ? { observedAt: before.observedAt, raisesUntil: before.raisesUntil }
      : { observedAt, raisesUntil: (receivedAt ?? observedAt) + limits.findingRaisesMinutes * MINUTE };
  return {
    id,
    type,
    ...(category && { category }),
    ...(severity && { severity }),
    ...(title && { title }),
    ...(recommendedAction && { recommendedAction }),
    // Without a time of its own it is not known to be newer than anything.
    ...(severity && undated !== true && opened.observedAt !== undefined && opened),
  };
}

/** The worst severity that is open; `secured` where none has one. */
export function stateOfOpenFindings(open: readonly OpenFinding[]): ThreatState {
  let worst: ThreatState = 'secured';
  for (const { severity } of open) if (severity !== undefined) worst = worseOf(worst, stateOfLevel(severity));
  return worst;
}

/** The findings that are newer than the posture and may still raise it at `now`. */
export function raisingFindings({ openFindings, observedAt }: PartnerWord, now: number): readonly OpenFinding[] {
  if (openFindings.length === 0) return openFindings;
  return openFindings.filter(
    (finding) =>
      finding.raisesUntil !== undefined && finding.raisesUntil > now && (finding.observedAt ?? 0) > observedAt,
  );
}
