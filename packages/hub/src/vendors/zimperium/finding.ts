import type { FindingReport, Instant } from '@sallyport/core';
import { plainText } from '../kit/plain-text.ts';
import type { Doubt } from '../kit/unknown-word.ts';
import { unknownTerm } from '../kit/unknown-word.ts';
import { SEVERITY, THREAT_STATE } from './vocabulary.ts';
import type { ZimperiumThreat } from './wire.ts';

/** A finding whose state or severity we cannot read is left out, so that what was last known of it stays. */
export function findingOf(threat: ZimperiumThreat, observedAt: Instant): Doubt & { readonly finding?: FindingReport } {
  if (threat.id === undefined) return { flag: 'threat without id' };
  const state = threat.mitigated ? 'resolved' : THREAT_STATE.get(threat.state ?? '');
  if (state === undefined) return unknownTerm('finding', 'threat state', threat.state ?? '(none)', THREAT_STATE);
  const severity = threat.simulated ? 'none' : SEVERITY.get(threat.severity ?? '');
  if (severity === undefined && state === 'open')
    return unknownTerm('finding', 'severity', threat.severity ?? '(none)', SEVERITY);
  const kind = plainText(threat.kind, 128) ?? 'THREAT';
  const title = plainText(threat.title, 400) ?? kind;
  const finding: FindingReport = {
    id: threat.id,
    type: kind,
    state,
    title: threat.simulated ? `${title} (simulated)` : title,
    ...(severity !== undefined && severity !== 'none' && { severity }),
    ...(state === 'open' && { detectedAt: threat.at ?? observedAt }),
  };
  return { finding };
}
