/** A made-up id, the same for the same arguments. Spread over the whole range, as real ids are. @param kind four hex digits */
export function guid(kind: string, n: number): string {
  return `${(Math.imul(n + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0')}-${kind}-4000-8000-${n.toString(16).padStart(12, '0')}`;
}
