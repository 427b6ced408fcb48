import type { Reason, ReasonCode } from '../vocabulary/reason.ts';
import { nameWords } from './foreign-words.ts';

const MEANING: Readonly<Record<ReasonCode, string>> = {
  threat_level_above_allowed: 'The device threat level is above what the policy allows',
  device_compromised: 'The partner reports the device as compromised, which fails every threat rule',
  partner_app_deactivated: 'The partner reports its app on the device as deactivated',
  partner_app_misconfigured: 'The partner reports its app on the device as misconfigured',
  partner_data_missing: 'The partner has sent no usable report about the device',
  partner_silent: 'The partner has sent no heartbeat within its threshold, and the rule for silent partners blocks',
  partner_silent_ignored:
    'The partner has sent no heartbeat within its threshold; the rule for silent partners ignores it, which opens the devices that it closed',
  no_partner_enabled: 'The policy has a threat rule, but no connector is enabled for the platform of the device',
  partner_os_version_unsupported:
    'The OS version is below the minimum that the partner supports, and the connector blocks unsupported versions',
  os_version_below_minimum: 'The OS version is below the minimum of the policy',
  os_version_above_maximum: 'The OS version is above the maximum of the policy',
  os_version_unreadable: 'The OS version of the device, or the limit of the policy, cannot be compared',
  no_policy_assigned: 'No compliance policy is assigned to the device, and devices without one count as noncompliant',
  device_inactive: 'The device has not checked in within the check-in threshold',
  device_user_missing: 'The primary user of the device is not a user of this hub (any more)',
  in_grace_period: 'The device fails a rule and is within the grace period',
  no_policy_applies: 'No enabled conditional access policy applies to the request',
  policy_satisfied: 'The grant controls of the policy are satisfied',
  blocked_by_policy: 'The policy blocks the request',
  device_not_identified: 'The policy requires a compliant device, and the request identifies no device',
  device_unknown: 'The request identifies a device that is not registered, or matches several devices',
  device_noncompliant: 'The policy requires a compliant device, and the device is not compliant',
  device_of_other_user: 'The primary user of the device is not the user of the request',
  device_certificate_invalid:
    'The device certificate could not be verified (issuer, signature, validity period, usage or device id); the log of the hub says which',
  mfa_required: 'The policy requires multifactor authentication, and the request does not show that it was done',
  control_unsupported: 'The policy has a grant control that this hub cannot check',
  user_unknown: 'No user of this hub has this id or name',
  user_disabled: 'The account of the user is disabled',
  application_unknown: 'No application has this id or name, or no rule of the door fits the request',
  resource_type_unsupported: 'The resource type is not "application"',
  os_limit_unreadable:
    'The limit of the OS version is not a version such as 17.4, so no device meets it; correct it in the policy or the connector',
  policy_unreadable:
    'What is stored of the policy cannot be read, so no device meets it; replace or delete the policy, or put the database back from your backup',
  system_unknown:
    'The name of the operating system is not known, so the device may be a phone of any platform; "sallyport platform-name set" gives the name its platform',
  view_too_old: 'The information that decisions are made from is older than its limit, so access is denied',
};

/** What is known by a name, so that no id has to stand for it. */
export interface ReasonNames {
  /** Of connectors, by id. */
  readonly connectors?: Readonly<Record<string, string | undefined>> | undefined;
  /** What partners call their findings, by the finding's id. */
  readonly findings?: Readonly<Record<string, string | undefined>> | undefined;
  /** The user of the request. */
  readonly user?: string | undefined;
  /** The primary user of the device. */
  readonly owner?: string | undefined;
}

const MOST_FINDINGS = 5;

/** One reason in full, in English, for logs, the console and `reason_admin`: what, by which policy, rule, partner and findings, required and actual. */
export function explainForAdmin(reason: Reason, names: ReasonNames = {}): string {
  const details = detailsOf(reason, names);
  return details.length === 0 ? `${MEANING[reason.code]}.` : `${MEANING[reason.code]}: ${details.join('; ')}.`;
}

function detailsOf(reason: Reason, names: ReasonNames): readonly string[] {
  const {
    policyName,
    policyId,
    rule,
    connectorId,
    required,
    actual,
    disagreeing = [],
    findingIds = [],
    heldDays,
    until,
  } = reason;
  const details: string[] = [];
  if (policyName !== undefined || policyId !== undefined) details.push(`policy ${named(policyName, policyId)}`);
  if (rule !== undefined) details.push(`rule ${rule}`);
  if (connectorId !== undefined) details.push(`partner ${named(nameIn(names.connectors, connectorId), connectorId)}`);
  if (required !== undefined) details.push(`required ${required}`);
  if (actual !== undefined) details.push(`actual ${nameWords(actual) ?? '""'}`);
  if (disagreeing.length > 0)
    details.push(
      `other partners disagree: ${disagreeing.map((id) => named(nameIn(names.connectors, id), id)).join(', ')}`,
    );
  if (findingIds.length > 0)
    details.push(`${findingIds.length === 1 ? 'finding' : 'findings'} ${findingsOf(findingIds, names)}`);
  if (heldDays !== undefined) {
    details.push(
      `held, for it may be about another device with the same key; ends with the next level of that record of the partner, by "sallyport report assign", or ${heldDays} days after its last report`,
    );
  }
  if (until !== undefined) details.push(`until ${until}`);
  return [...details, ...peopleOf(reason, names)];
}

function findingsOf(ids: readonly string[], { findings }: ReasonNames): string {
  const shown = ids.slice(0, MOST_FINDINGS).map((id) => named(nameIn(findings, id), id));
  return ids.length > shown.length ? `${shown.join(', ')} and ${ids.length - shown.length} more` : shown.join(', ');
}

const ABOUT_PEOPLE: ReadonlySet<ReasonCode> = new Set<ReasonCode>(['device_of_other_user', 'user_disabled']);

/** Whether the words for these reasons name people. */
export function namesPeople(reasons: readonly Reason[]): boolean {
  return reasons.some(({ code }) => ABOUT_PEOPLE.has(code));
}

function peopleOf({ code }: Reason, { user, owner }: ReasonNames): readonly string[] {
  if (!ABOUT_PEOPLE.has(code)) return [];
  return [
    ...(user === undefined ? [] : [`user ${named(user, undefined)}`]),
    ...(owner === undefined || code !== 'device_of_other_user' ? [] : [`primary user ${named(owner, undefined)}`]),
  ];
}

function nameIn(names: Readonly<Record<string, string | undefined>> | undefined, id: string): string | undefined {
  return names !== undefined && Object.hasOwn(names, id) ? names[id] : undefined;
}

/** The name, quoted; the id where there is none. */
function named(name: string | undefined, id: string | undefined): string {
  const clean = nameWords(name);
  return clean === undefined ? (nameWords(id) ?? '""') : `"${clean.replaceAll('"', "'")}"`;
}
