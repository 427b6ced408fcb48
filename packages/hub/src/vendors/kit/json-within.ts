/**
 * The JSON of a parsed value; `undefined` when it is nested deeper than `maxDepth`, which is looked at first: a body of
 * brackets alone would run the stack of `JSON.stringify` over.
 */
export function jsonWithin(value: unknown, maxDepth: number): string | undefined {
  return isWithin(value, maxDepth) ? JSON.stringify(value) : undefined;
}

/** Never deeper into it than `depth`. */
function isWithin(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  const members: readonly unknown[] = Object.values(value);
  return depth === 0
    ? members.length === 0
    : members.every((member) => typeof member !== 'object' || isWithin(member, depth - 1));
}
