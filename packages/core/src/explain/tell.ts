import { isFinal, type AdviceKey } from '../findings/advice-key.ts';
import { adviceKeyOf } from '../findings/taxonomy.ts';
import { LEVELS } from '../vocabulary/level.ts';
import type { Reason, ReasonCode } from '../vocabulary/reason.ts';
import { isThreatState, meaningOf } from '../vocabulary/threat-state.ts';
import { foreignWords, nameWords } from './foreign-words.ts';
import type { PartnerHints, UserHints } from './hints.ts';
import type { AboutDevice, ExplanationPart, PartKind, ReturnKey, UserMessage } from './message.ts';

/** One problem, in parts. */
export interface Told {
  readonly code: ReasonCode;
  readonly title: UserMessage;
  /** What is so and what is wrong. */
  readonly causes: readonly ExplanationPart[];
  readonly steps: readonly ExplanationPart[];
  /** The steps end at the help desk, and nothing is to be done beside them. */
  readonly isFinal: boolean;
  /** The partner's own words. */
  readonly quotation?: ExplanationPart | undefined;
  /** How access comes back. */
  readonly returns?: UserMessage | undefined;
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

/** @param reason one that is not held, or is told as if it were not */
export function tell(reason: Reason, hints: UserHints): Told {
  const { code } = reason;
  const partner = partnerOf(reason, hints);
  const about = aboutDevice(partner, hints);
  const { advice, title, words } = ABOUT_FINDINGS.has(code)
    ? foundOf(code, partner, hints.watched === true)
    : NOTHING_FOUND;
  const own =
    code === 'mfa_required' && hints.canConfirm === false
      ? CANNOT_CONFIRM
      : ({ key: `reasons.${code}.step`, ...about } as const);
  const advised = advice && ({ key: `advice.${advice}`, ...about } as const);
  const isLast = code === 'device_compromised' || isFinal(advice);
  const returns = isLast ? 'help' : RETURNS[code];
  const part = partOf(code);
  return {
    code,
    title: { key: `reasons.${code}.title`, ...about },
    causes: [
      causeOf(reason, advice, about, hints),
      ...(title === undefined ? [] : [part('finding', { key: 'details.name', ...about, title: { words: title } })]),
      ...detailsOf(reason),
    ],
    steps: (advised === undefined ? [own] : isLast ? [advised] : [advised, own]).map((step) => part('step', step)),
    isFinal: isLast,
    quotation: isLast || words === undefined ? undefined : part('quotation', quotation(words, about)),
    returns: returns && { key: `returns.${returns}`, ...about },
  };
}

const CANNOT_CONFIRM = { key: 'steps.cannotConfirm' } as const;

/** @returns parts about the problem of this code */
export function partOf(reason: ReasonCode): (kind: PartKind, message: UserMessage) => ExplanationPart {
  return (kind, message) => ({ kind, message, reason });
}

function causeOf(
  { code, required, until }: Reason,
  advice: AdviceKey | undefined,
  about: AboutDevice,
  { timeZone }: UserHints,
): ExplanationPart {
  const part = partOf(code);
  if (code === 'threat_level_above_allowed' && advice !== undefined)
    return part('cause', { key: `found.${advice}`, ...about });
  const days = code === 'device_inactive' ? daysOf(required) : undefined;
  if (days !== undefined) return part('cause', { key: 'details.notHeardFor', ...about, days });
  if (code !== 'in_grace_period') return part('cause', { key: `reasons.${code}.text`, ...about });
  return part(
    'deadline',
    until === undefined
      ? { key: 'reasons.in_grace_period.text', ...about }
      : { key: 'details.stillWorksUntil', until: { at: new Date(until), timeZone } },
  );
}

/** For how many days, where the limit of the reason is in days. */
function daysOf(limit: string | undefined): number | undefined {
  const count = DAY_COUNT.exec(limit ?? '')?.[1];
  return count === undefined ? undefined : Number(count);
}

const VERSION_DETAILS: Readonly<Partial<Record<ReasonCode, 'details.versionTooOld' | 'details.versionTooNew'>>> = {
  partner_os_version_unsupported: 'details.versionTooOld',
  os_version_below_minimum: 'details.versionTooOld',
  os_version_above_maximum: 'details.versionTooNew',
};

function detailsOf(reason: Reason): readonly ExplanationPart[] {
  const { code } = reason;
  if (code === 'threat_level_above_allowed') return riskOf(reason);
  const key = VERSION_DETAILS[code];
  const [actual, required] = [reason.actual, reason.required].map((version) => nameWords(version, LONGEST_TITLE));
  if (key === undefined || actual === undefined || required === undefined) return [];
  return [partOf(code)('cause', { key, actual, required })];
}

/** How dangerous the device is, where its level says so. */
export function riskOf({ code, actual = '' }: Reason): readonly ExplanationPart[] {
  const risk = isThreatState(actual) ? meaningOf(actual).level : LEVELS.find((level) => level === actual);
  return risk === undefined || risk === 'secured' ? [] : [partOf(code)('risk', { key: 'details.risk', risk })];
}

/** What the partner calls its worst finding, fit to be shown. */
export function titleOf(partner: PartnerHints | undefined): string | undefined {
  return foreignWords(partner?.finding?.title, LONGEST_TITLE);
}

export function partnerOf({ connectorId }: Reason, { partners = {} }: UserHints): PartnerHints | undefined {
  return connectorId !== undefined && Object.hasOwn(partners, connectorId) ? partners[connectorId] : undefined;
}

export function aboutDevice(partner: PartnerHints | undefined, hints: UserHints): AboutDevice {
  return {
    device: hints.device ?? 'other',
    app: nameWords(partner?.appName),
    managementApp: nameWords(hints.managementApp),
  };
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
  // What is said of a compromised device ends at the help desk already, and warns of more than advice on one finding.
  if (code === 'device_compromised') return NOTHING_FOUND;
  const { category, recommendedAction } = partner?.finding ?? {};
  return {
    advice: category && adviceKeyOf(category),
    title: titleOf(partner),
    words: foreignWords(recommendedAction, LONGEST_QUOTATION),
  };
}

/** A sentence that ends inside the quotation marks needs no other end. */
function quotation(words: string, about: AboutDevice): UserMessage {
  return {
    key: 'partner.advice',
    ...about,
    words: { words },
    isSentence: /[.!?…]\u2069?$/u.test(words) ? 'yes' : 'no',
  };
}
