/**
 * The JSON of a parsed value; `undefined` when it is nested deeper than `maxDepth`. Looked at with a list and
 * not by recursion: a body of brackets alone would run the stack over, and so would `JSON.stringify`.
 */
export function jsonWithin(value: unknown, maxDepth: number): string | undefined {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth) return undefined;
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
  return JSON.stringify(value);
}
