/**
 * Compares versions of operating systems part by part, as numbers; missing parts are zero. Accepts what MDMs
 * send: "17.2", "14", "10.0.19045.3803", "16.7.2 (20H115)", "Android 14".
 */
export function compareVersions(a: string, b: string): number | undefined {
  const left = versionParts(a);
  const right = versionParts(b);
  if (left === undefined || right === undefined) return undefined;
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

/** A fleet has few versions, each on many devices, and all of them are read again at each change of a policy. */
const KNOWN = new Map<string, readonly number[] | undefined>();
/** More than any fleet has; they come from outside. */
const MOST_KNOWN = 10_000;

/** The version's numbers, or `undefined` when there is none to be read. */
export function versionParts(version: string): readonly number[] | undefined {
  if (KNOWN.has(version)) return KNOWN.get(version);
  if (KNOWN.size === MOST_KNOWN) KNOWN.clear();
  const [digits] = /\d+(?:\.\d+)*/.exec(version) ?? [];
  const parts = digits?.split('.').map(Number);
  KNOWN.set(version, parts);
  return parts;
}
