import type { Level } from '../vocabulary/level.ts';
import type { ReasonCode } from '../vocabulary/reason.ts';

/** What the person at the device reads. */
export interface UserText {
  readonly title: string;
  readonly text: string;
  readonly nextStep: string;
}

/**
 * The words of one language. In texts, `{app}` stands for the partner's app, `{required}`, `{actual}` and
 * `{until}` for the values of the reason. A part in square brackets is left out when one of its values is
 * not known.
 */
export interface Wording {
  readonly app: string;
  readonly levels: Readonly<Record<Level, string>>;
  /** Puts the partner's own advice before our next step; `{action}` is the partner's sentence. */
  readonly advice: string;
  readonly texts: Readonly<Record<ReasonCode, UserText>>;
}

export type TextValues = Readonly<Record<string, string | undefined>>;

/** Fills in the values, drops bracketed parts that lack one, and begins with a capital letter. */
export function fillIn(template: string, values: TextValues): string {
  const chosen = template.replace(/\[([^\]]*)\]/gu, (_, part: string) => (isComplete(part, values) ? part : ''));
  const filled = chosen.replace(/\{(\w+)\}/gu, (_, name: string) => values[name] ?? '').replace(/\s+/gu, ' ').trim();
  return filled.charAt(0).toUpperCase() + filled.slice(1);
}

function isComplete(part: string, values: TextValues): boolean {
  return [...part.matchAll(/\{(\w+)\}/gu)].every((match) => values[match[1] ?? ''] !== undefined);
}
