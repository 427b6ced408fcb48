import type { Style } from '../../output/style.ts';

const GOOD: ReadonlySet<string> = new Set(['compliant', 'secured', 'enabled', 'yes', 'accepted', 'created', 'success']);
const BAD: ReadonlySet<string> = new Set([
  'noncompliant',
  'highSeverity',
  'compromised',
  'unresponsive',
  'error',
  'conflict',
  'rejected',
  'deactivated',
  'misconfigured',
]);
const WARN: ReadonlySet<string> = new Set([
  'inGracePeriod',
  'lowSeverity',
  'mediumSeverity',
  'unknown',
  'notSetUp',
  'late',
  'enabledForReportingButNotEnforced',
]);

/** Colours a word of state by what it means for access. */
export function stateColour(style: Style): (cell: string) => string {
  return (cell) => {
    const word = cell.trim();
    return GOOD.has(word)
      ? style.good(cell)
      : BAD.has(word)
        ? style.bad(cell)
        : WARN.has(word)
          ? style.warn(cell)
          : cell;
  };
}

/** What Graph answers for a time that never was. */
const NEVER = '0001-01-01T00:00:00Z';

/** "2026-03-01 08:00:00Z", in UTC and marked so; a dash for a time that never was. */
export function instant(text: string | null | undefined): string | undefined {
  return text === null || text === undefined || text === NEVER
    ? undefined
    : text.replace('T', ' ').replace(/\.\d+Z$/u, 'Z');
}
