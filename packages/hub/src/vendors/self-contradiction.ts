import type { Signal } from '@sallyport/core';

/**
 * Why a report speaks against itself; `undefined` where it does not. Whoever writes for us (the partner API, field maps) has made
 * a mistake, and the worse counts. A vendor's own posture stands, because an administrator may have accepted the risk in the
 * vendor's console.
 */
export function selfContradiction({ state, findings }: Pick<Signal, 'state' | 'findings'>): string | undefined {
  const hasOpen = state === 'secured' && findings.some((finding) => finding.state === 'open' && finding.severity === 'high');
  return hasOpen ? 'called secured beside an open finding of high severity' : undefined;
}
