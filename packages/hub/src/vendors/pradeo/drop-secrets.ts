import { isRecord } from '../kit/wire-read.ts';

/** Deeper than this nothing is kept at all. */
const MAX_DEPTH = 50;

/**
 * Pradeo's events carry the key by which a phone is enrolled and the password that unlocks it, and may carry
 * the credentials of the device management. They are taken out before anything is kept or logged.
 */
const SECRETS: ReadonlySet<string> = new Set(['singleenrollmentkey', 'lockpassword']);

/** A copy without them, however deep they are. */
export function withoutSecrets(value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, depth + 1));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !SECRETS.has(name.toLowerCase()))
      .map(([name, member]) => [
        name,
        name === 'integration' ? withoutSettings(member, depth) : withoutSecrets(member, depth + 1),
      ]),
  );
}

/** The settings of a link to a device management. */
function withoutSettings(integration: unknown, depth: number): unknown {
  if (!isRecord(integration)) return withoutSecrets(integration, depth + 1);
  const { settings: _, ...rest } = integration;
  return withoutSecrets(rest, depth + 1);
}
