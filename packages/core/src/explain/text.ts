import type { AdviceKey } from '../findings/advice-key.ts';
import type { Level } from '../vocabulary/level.ts';
import type { ReasonCode } from '../vocabulary/reason.ts';

/** What the person at the device reads. */
export interface UserText {
  /** Without an end mark. */
  readonly title: string;
  /** What is so and what is wrong. */
  readonly text: string;
  /** What to do, how access returns, the partner's own words, and whom to ask. */
  readonly nextStep: string;
}

/** What kind of thing the device is, as far as its system tells. */
export type DeviceNoun = 'phone' | 'tablet' | 'computer' | 'other';

/** How access comes back: one sentence, said once, after the steps. */
export type ReturnKey = 'safe' | 'check' | 'update' | 'sync' | 'service' | 'help' | 'all';

/**
 * The words of one language. In texts, `{app}` stands for the partner's app, `{managementApp}` for that of the
 * device management, `{thisDevice}` and `{yourDevice}` for the device, `{required}`, `{actual}`, `{until}` and
 * `{time}` for the values of the reason; `{App}`, `{ThisDevice}`, ... begin a sentence. A part in square
 * brackets is left out when one of its values is not known. No ending, article or possessive is put on a value.
 */
export interface Wording {
  /** For `Intl`. */
  readonly locale: string;
  readonly quotes: readonly [string, string];
  /** Where the name of the app is not known. */
  readonly app: string;
  readonly managementApp: string;
  readonly thisDevice: Readonly<Record<DeviceNoun, string>>;
  readonly yourDevice: Readonly<Record<DeviceNoun, string>>;
  readonly levels: Readonly<Record<Level, string>>;
  /** For how long, in days (`#`). */
  readonly days: { readonly unknown: string; readonly one: string; readonly other: string };
  /** Before the steps, while a grace period runs. */
  readonly beforeThen: string;
  /** In the place of a second sign-in step, where none can be taken. */
  readonly cannotConfirm: string;
  /** Heading of the partner's own words. */
  readonly vendorAdvice: string;
  /** Beside words of a partner that speak of passwords or codes. */
  readonly neverPassword: string;
  /** Heading of the operator's help desk. */
  readonly helpDesk: string;
  /** Where the steps may not be enough. */
  readonly fallback: string;
  readonly returns: Readonly<Record<ReturnKey, string>>;
  /** What was found, in one plain sentence, by the advice that fits it. */
  readonly what: Readonly<Record<AdviceKey | 'other', string>>;
  readonly texts: Readonly<Record<ReasonCode, UserText>>;
  readonly held: HeldTexts;
}

/** Reasons that may rest on a report that is about this device or about another. */
export type HeldCode =
  | 'threat_level_above_allowed'
  | 'device_compromised'
  | 'partner_app_deactivated'
  | 'partner_app_misconfigured';

/** What is said of a report that may be about this device or about another. `{days}`: for how long it counts without a new one. */
export interface HeldTexts extends UserText {
  /** Which device is meant, and that nobody knows. */
  readonly which: string;
  /** How access comes back. */
  readonly returns: string;
  readonly days: { readonly one: string; readonly other: string };
  readonly problem: Readonly<Record<HeldCode, string>>;
}

export type TextValues = Readonly<Record<string, string | undefined>>;

/** Fills in the values and drops bracketed parts that lack one. What stands in a value is never read as a template. */
export function fillIn(template: string, values: TextValues): string {
  const chosen = template.replace(/\[([^\]]*)\]/gu, (_, part: string) => (isComplete(part, values) ? part : ''));
  return chosen
    .replace(/\{(\w+)\}/gu, (_, name: string) => values[name] ?? '')
    .replace(/\s+/gu, ' ')
    .trim();
}

function isComplete(part: string, values: TextValues): boolean {
  return [...part.matchAll(/\{(\w+)\}/gu)].every((match) => values[match[1] ?? ''] !== undefined);
}

/** For our own words where they begin a sentence; names keep the letters that they have. */
export function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
