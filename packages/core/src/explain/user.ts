import { adviceFor } from '../findings/advice.ts';
import type { ThreatCategory } from '../findings/taxonomy.ts';
import { LEVELS } from '../vocabulary/level.ts';
import type { Level } from '../vocabulary/level.ts';
import type { Reason, ReasonCode } from '../vocabulary/reason.ts';
import { isThreatState, meaningOf } from '../vocabulary/threat-state.ts';
import type { Language } from './language.ts';
import { fillIn } from './text.ts';
import type { TextValues, UserText, Wording } from './text.ts';
import { ENGLISH } from './texts-en.ts';
import { DUTCH } from './texts-nl.ts';
import { SWEDISH } from './texts-sv.ts';

/** What makes a text concrete, where the caller knows it. */
export interface UserHints {
  /** The name of the partner's app as the person sees it, e.g. "Lookout for Work". */
  readonly appName?: string | undefined;
  /** The recommended action of the finding behind the reason, in the partner's words. */
  readonly recommendedAction?: string | undefined;
  /** What kind of threat that finding is: where the partner recommends nothing, we do. */
  readonly category?: ThreatCategory | undefined;
}

const WORDINGS: Readonly<Record<Language, Wording>> = { en: ENGLISH, sv: SWEDISH, nl: DUTCH };

/**
 * The order in which problems are told: what no mending of the device would help against, then who the
 * device is, then what is wrong with it, worst first. Codes that deny nothing by themselves come last.
 */
const ORDER: readonly ReasonCode[] = [
  'user_disabled', 'user_unknown', 'application_unknown', 'resource_type_unsupported', 'view_too_old', 'blocked_by_policy', 'control_unsupported',
  'device_certificate_invalid', 'device_of_other_user', 'device_not_identified', 'device_unknown',
  'device_compromised', 'threat_level_above_allowed', 'partner_app_deactivated', 'partner_app_misconfigured',
  'os_version_below_minimum', 'os_version_above_maximum', 'partner_os_version_unsupported', 'os_version_unreadable',
  'partner_data_missing', 'partner_silent', 'no_partner_enabled', 'device_inactive', 'device_user_missing', 'no_policy_assigned',
  'device_noncompliant', 'mfa_required',
  'in_grace_period', 'partner_silent_ignored', 'no_policy_applies', 'policy_satisfied',
];

/** Say nothing that another problem does not say better. */
const GENERAL: ReadonlySet<ReasonCode> = new Set(['device_noncompliant']);
const HARMLESS: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'in_grace_period', 'partner_silent_ignored', 'no_policy_applies', 'policy_satisfied',
]);
/** Reasons of a decision that denied; without one of them, a device in its grace period still gets in. */
const DENIES: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'blocked_by_policy', 'device_not_identified', 'device_unknown', 'device_noncompliant', 'device_of_other_user',
  'device_certificate_invalid', 'mfa_required', 'control_unsupported', 'user_unknown', 'user_disabled',
  'application_unknown', 'resource_type_unsupported', 'view_too_old',
]);

/** More would not be read. */
const MOST_PROBLEMS = 3;

/**
 * Plain words for the person whose device is concerned: what is wrong and how to mend it. Several problems
 * are told together, so that nobody mends one only to meet the next.
 */
export function explainForUser(reasons: readonly Reason[], language: Language, hints: UserHints = {}): UserText {
  const wording = WORDINGS[language];
  const told = chooseReasons(reasons).map((reason) => textOf(reason, wording, hints));
  const [first] = told;
  if (first === undefined) return wording.texts.policy_satisfied;
  return {
    title: first.title,
    text: distinct(told.map((text) => text.text)),
    nextStep: withAdvice(distinct(told.map((text) => text.nextStep)), reasons, language, hints),
  };
}

function chooseReasons(reasons: readonly Reason[]): readonly Reason[] {
  const sorted = reasons.toSorted((a, b) => ORDER.indexOf(a.code) - ORDER.indexOf(b.code));
  const grace = sorted.find((reason) => reason.code === 'in_grace_period');
  const problems = sorted.filter((reason) => !HARMLESS.has(reason.code));
  if (grace !== undefined && !sorted.some((reason) => DENIES.has(reason.code))) return [grace, ...problems.slice(0, MOST_PROBLEMS)];
  const exact = problems.filter((reason) => !GENERAL.has(reason.code));
  if (exact.length > 0) return onceEach(exact).slice(0, MOST_PROBLEMS);
  return (problems.length > 0 ? problems : sorted).slice(0, 1);
}

function onceEach(reasons: readonly Reason[]): readonly Reason[] {
  return reasons.filter((reason, at) => reasons.findIndex((other) => other.code === reason.code) === at);
}

function textOf(reason: Reason, wording: Wording, hints: UserHints): UserText {
  const template = wording.texts[reason.code];
  const values = valuesOf(reason, wording, hints);
  return { title: fillIn(template.title, values), text: fillIn(template.text, values), nextStep: fillIn(template.nextStep, values) };
}

function valuesOf(reason: Reason, wording: Wording, hints: UserHints): TextValues {
  return {
    app: hints.appName ?? wording.app,
    required: inWords(reason.required, wording),
    actual: inWords(reason.actual, wording),
    until: inWords(reason.until, wording),
  };
}

/** Levels in the person's language, times to the minute; versions and the like as they are. */
function inWords(value: string | undefined, wording: Wording): string | undefined {
  if (value === undefined || value === '') return undefined;
  const level = isThreatState(value) ? meaningOf(value).level : (LEVELS as readonly string[]).includes(value) ? value as Level : undefined;
  if (level !== undefined) return wording.levels[level];
  const time = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})[\d:.]*Z$/u.exec(value);
  return time ? `${time[1]} ${time[2]} UTC` : value;
}

function withAdvice(nextStep: string, reasons: readonly Reason[], language: Language, hints: UserHints): string {
  if (!reasons.some((reason) => reason.connectorId !== undefined)) return nextStep;
  const action = hints.recommendedAction?.trim();
  const advice = action ? partnersAdvice(action, WORDINGS[language], hints) : hints.category && adviceFor(hints.category, language);
  return advice === undefined ? nextStep : `${advice} ${nextStep}`;
}

function partnersAdvice(action: string, wording: Wording, hints: UserHints): string {
  const sentence = /[.!?]$/u.test(action) ? action : `${action}.`;
  // Not filled in as a template: the partner's words may hold brackets of their own.
  return wording.advice.replace('{app}', () => hints.appName ?? wording.app).replace('{action}', () => sentence);
}

function distinct(sentences: readonly string[]): string {
  return [...new Set(sentences)].join(' ');
}
