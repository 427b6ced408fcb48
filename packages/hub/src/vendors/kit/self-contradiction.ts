import type { Signal, ThreatState } from '@sallyport/core';

const BELOW_HIGH: ReadonlySet<ThreatState> = new Set<ThreatState>(['secured', 'lowSeverity', 'mediumSeverity']);

/**
 * Why a report speaks against itself; `undefined` where it does not. Whoever writes for us (the partner API, field maps) has made
 * a mistake, and the worse counts. A vendor's own posture stands, because an administrator may have accepted the risk in the
 * vendor's console.
 */
export function selfContradiction({ state, findings }: Pick<Signal, 'state' | 'findings'>): string | undefined {
  if (state === undefined || !BELOW_HIGH.has(state)) return undefined;
  const hasOpen = findings.some((finding) => finding.state === 'open' && finding.severity === 'high');
  return hasOpen ? `called ${state} beside an open finding of high severity` : undefined;
}
