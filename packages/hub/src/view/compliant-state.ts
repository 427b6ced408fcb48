/** Graph's rule: a device in its grace period still counts as compliant for access. */
export function isCompliantState(state: string): boolean {
  return state === 'compliant' || state === 'inGracePeriod';
}
