/**
 * The same for two documents that differ only in the order of their members: to tell a repetition from news.
 * For documents of bounded depth.
 */
export function canonical(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(canonical);
  const members = Object.entries(value).map(([name, member]) => [name, canonical(member)] as const);
  return { members: members.sort(([a], [b]) => (a < b ? -1 : 1)) };
}
