import { isFinal, type AdviceKey } from '../findings/advice-key.ts';
import { adviceText } from '../findings/advice.ts';
import { categoryNameIn } from '../findings/category-name.ts';
import { adviceKeyOf } from '../findings/taxonomy.ts';
import { LEVELS } from '../vocabulary/level.ts';
import type { Level } from '../vocabulary/level.ts';
import type { Reason, ReasonCode } from '../vocabulary/reason.ts';
import { isThreatState, meaningOf } from '../vocabulary/threat-state.ts';
import { asksForSecrets, foreignWords, nameWords } from './foreign-words.ts';
import type { PartnerHints, UserHints } from './hints.ts';
import type { Language } from './language.ts';
import { personTime } from './person-time.ts';
import { fillIn, type HeldCode, type ReturnKey, type TextValues, type Wording } from './text.ts';
import { appOf, deviceWords, managementAppOf, WORDINGS } from './wordings.ts';

/** One problem, in words. */
export interface Told {
  readonly code: ReasonCode;
  readonly title: string;
  readonly text: string;
  readonly steps: readonly string[];
  /** The steps end at the help desk, and nothing is to be done beside them. */
  readonly isFinal: boolean;
  /** The partner's own words, under their heading. */
  readonly quotation?: string | undefined;
  /** How access comes back. */
  readonly returns?: string | undefined;
}

const LONGEST_QUOTATION = 300;
const LONGEST_TITLE = 80;
const DAY_COUNT = /^(\d+) days?$/u;

/** Where what a partner found is the problem; elsewhere a finding is beside the point. */
const ABOUT_FINDINGS: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'threat_level_above_allowed',
  'device_compromised',
]);

/** How access comes back; a code that is not here says so in its step, or closes nothing. */
const RETURNS: Readonly<Partial<Record<ReasonCode, ReturnKey>>> = {
  threat_level_above_allowed: 'safe',
  partner_app_deactivated: 'check',
  partner_app_misconfigured: 'check',
  partner_data_missing: 'check',
  partner_silent: 'service',
  partner_os_version_unsupported: 'update',
  os_version_below_minimum: 'update',
  os_version_unreadable: 'sync',
  device_inactive: 'sync',
  device_unknown: 'sync',
  device_noncompliant: 'sync',
  device_certificate_invalid: 'sync',
  device_compromised: 'help',
  no_partner_enabled: 'help',
  os_version_above_maximum: 'help',
  no_policy_assigned: 'help',
  device_user_missing: 'help',
  blocked_by_policy: 'help',
  device_of_other_user: 'help',
  control_unsupported: 'help',
  user_disabled: 'help',
  application_unknown: 'help',
  resource_type_unsupported: 'help',
  os_limit_unreadable: 'help',
  policy_unreadable: 'help',
  system_unknown: 'help',
};

export function tell(reason: Reason, language: Language, hints: UserHints): Told {
  const { code } = reason;
  const wording = WORDINGS[language];
  // On a device that somebody may be watching, nothing but the way to the help desk is told.
  if (isHeld(reason) && hints.watched !== true) return tellHeld(reason, language, hints);
  const { advice, ...found } = ABOUT_FINDINGS.has(code)
    ? foundOf(code, partnerOf(reason, hints), hints.watched === true)
    : NOTHING_FOUND;
  const values = valuesOf(reason, wording, hints);
  const what = fillIn(wording.what[advice ?? 'other'], values);
  const own = fillIn(
    code === 'mfa_required' && hints.canConfirm === false ? wording.cannotConfirm : wording.texts[code].nextStep,
    values,
  );
  const isLast = code === 'device_compromised' || isFinal(advice);
  const advised = advice && adviceText(advice, language, values);
  const returns = RETURNS[code];
  return {
    code,
    title: fillIn(wording.texts[code].title, values),
    text: fillIn(wording.texts[code].text, { ...values, what, title: quoted(found.title, wording) }),
    steps: advised === undefined ? [own] : isLast ? [advised] : [advised, own],
    isFinal: isLast,
    quotation: isLast ? undefined : quotation(found.words, wording, values),
    returns: isLast ? wording.returns.help : returns && fillIn(wording.returns[returns], values),
  };
}

type HeldReason = Reason & { readonly code: HeldCode; readonly heldDays: number };

function isHeld(reason: Reason): reason is HeldReason {
  return reason.heldDays !== undefined && Object.hasOwn(WORDINGS.en.held.problem, reason.code);
}

/** A report that may be about another device: what it says is told of neither, and what to do on it only where it does no harm on the wrong one. */
function tellHeld(reason: HeldReason, language: Language, hints: UserHints): Told {
  const { code, heldDays } = reason;
  const wording = WORDINGS[language];
  const { held } = wording;
  const values = {
    ...valuesOf(reason, wording, hints),
    ...(code !== 'threat_level_above_allowed' && { actual: undefined }),
    days: (heldDays === 1 ? held.days.one : held.days.other).replace('#', String(heldDays)),
  };
  const isCompromised = code === 'device_compromised';
  return {
    code,
    title: fillIn(held.title, values),
    text: fillIn(held.text, {
      ...values,
      problem: fillIn(held.problem[code], values),
      which: fillIn(held.which, values),
      title: quoted(nameOfFinding(partnerOf(reason, hints), language), wording),
    }),
    steps: [fillIn(isCompromised ? wording.texts.device_compromised.nextStep : held.nextStep, values)],
    isFinal: isCompromised,
    returns: fillIn(held.returns, values),
  };
}

/** What the partner calls it, or else its category. */
function nameOfFinding(partner: PartnerHints | undefined, language: Language): string | undefined {
  const { title, category } = partner?.finding ?? {};
  return (
    foreignWords(title, LONGEST_TITLE) ??
    (category === undefined || category === 'unclassified' ? undefined : categoryNameIn(category, language))
  );
}

function partnerOf({ connectorId }: Reason, { partners = {} }: UserHints): PartnerHints | undefined {
  return connectorId !== undefined && Object.hasOwn(partners, connectorId) ? partners[connectorId] : undefined;
}

interface Found {
  readonly advice?: AdviceKey | undefined;
  /** What the partner calls it. */
  readonly title?: string | undefined;
  /** What the partner says is to be done. */
  readonly words?: string | undefined;
}

const NOTHING_FOUND: Found = {};
const WATCHED: Found = { advice: 'suspectSpyware' };

function foundOf(code: ReasonCode, partner: PartnerHints | undefined, isWatched: boolean): Found {
  if (isWatched) return WATCHED;
  const { category, title, recommendedAction } = partner?.finding ?? {};
  // What is said of a compromised device ends at the help desk already, and warns of more than advice on one finding.
  if (code === 'device_compromised') return NOTHING_FOUND;
  return {
    advice: category && adviceKeyOf(category),
    title: foreignWords(title, LONGEST_TITLE),
    words: foreignWords(recommendedAction, LONGEST_QUOTATION),
  };
}

function quoted(words: string | undefined, { quotes }: Wording): string | undefined {
  return words === undefined ? undefined : `${quotes[0]}${words}${quotes[1]}`;
}

function quotation(words: string | undefined, wording: Wording, values: TextValues): string | undefined {
  if (words === undefined) return undefined;
  // A sentence that ends inside the marks needs no other end.
  const told = `${fillIn(wording.vendorAdvice, values)}: ${quoted(words, wording)}${/[.!?…]\u2069?$/u.test(words) ? '' : '.'}`;
  return asksForSecrets(words) ? `${told} ${wording.neverPassword}` : told;
}

function valuesOf(reason: Reason, wording: Wording, hints: UserHints): TextValues {
  return {
    ...appOf(nameWords(partnerOf(reason, hints)?.appName), wording),
    ...managementAppOf(nameWords(hints.managementApp), wording),
    ...deviceWords(hints.device ?? 'other', wording),
    required: inWords(reason.required, wording),
    actual: inWords(reason.actual, wording),
    until: reason.until === undefined ? undefined : personTime(new Date(reason.until), wording, hints.timeZone),
    time: daysOf(reason.required, wording),
  };
}

/** Levels in the person's language; versions and the like as they are. */
function inWords(value: string | undefined, wording: Wording): string | undefined {
  if (value === undefined) return undefined;
  const level = isThreatState(value)
    ? meaningOf(value).level
    : (LEVELS as readonly string[]).includes(value)
      ? (value as Level)
      : undefined;
  return level === undefined ? nameWords(value, LONGEST_TITLE) : wording.levels[level];
}

/** For how long, where the limit of the reason is in days. */
function daysOf(limit: string | undefined, { days }: Wording): string {
  const count = DAY_COUNT.exec(limit ?? '')?.[1];
  if (count === undefined) return days.unknown;
  return (count === '1' ? days.one : days.other).replace('#', count);
}
