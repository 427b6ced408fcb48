import type { AccessPolicy, AccessRequest, NamedLocation, Platform } from '@sallyport/core';
import { guid } from '../shared/guid.ts';
import { Random } from '../shared/random.ts';

/**
 * The task that all engines get: conditional access policies of one organisation, and sign-ins. Few of the
 * policies apply to any one sign-in, as in life.
 */
export interface Policy {
  readonly id: string;
  readonly group: string;
  /** `undefined`: every application. */
  readonly application: string | undefined;
  readonly platform: Platform | undefined;
  readonly grant: 'block' | 'compliantDevice';
  readonly exceptTrusted: boolean;
}

/** One sign-in, with what an engine without places or postures must be told already worked out. */
export interface SignIn {
  readonly userId: string;
  readonly groups: readonly string[];
  readonly application: string;
  readonly platform: Platform;
  readonly compliant: boolean;
  readonly ip: string;
  readonly trusted: boolean;
}

export const GROUPS = Array.from({ length: 40 }, (_, i) => guid('0000', i));
export const APPLICATIONS = Array.from({ length: 60 }, (_, i) => guid('aaaa', i));
const PLATFORMS: readonly Platform[] = ['android', 'iOS', 'macOS', 'windows'];
const NOW = Date.parse('2026-03-02T09:00:00Z');

export function makePolicies(count: number): readonly Policy[] {
  const random = new Random(1_000 + count);
  return Array.from({ length: count }, (_, i) => ({
    id: guid('ca00', i),
    group: random.pick(GROUPS),
    application: random.chance(0.05) ? undefined : random.pick(APPLICATIONS),
    platform: random.chance(0.5) ? undefined : random.pick(PLATFORMS),
    grant: random.chance(0.15) ? 'block' : 'compliantDevice',
    exceptTrusted: random.chance(0.3),
  }));
}

export function makeSignIns(count: number): readonly SignIn[] {
  const random = new Random(7);
  return Array.from({ length: count }, () => {
    const trusted = random.chance(0.3);
    const host = `${random.below(256)}.${1 + random.below(254)}`;
    return {
      userId: guid('1111', random.below(5_000)),
      groups: random.distinct(3, GROUPS.length).map((i) => GROUPS[i] as string),
      application: random.pick(APPLICATIONS),
      platform: random.pick(PLATFORMS),
      compliant: random.chance(0.85),
      trusted,
      ip: trusted ? `10.20.${host}` : `203.0.${host}`,
    };
  });
}

export const TRUSTED_NETWORK: NamedLocation = {
  id: 'hq',
  displayName: 'Head office',
  isTrusted: true,
  ranges: ['10.20.0.0/16'],
};

export function asAccessPolicy(policy: Policy): AccessPolicy {
  return {
    id: policy.id,
    displayName: `Policy ${policy.id}`,
    state: 'enabled',
    users: { includeUsers: [], excludeUsers: [], includeGroups: [policy.group], excludeGroups: [] },
    applications: { include: [policy.application ?? 'All'], exclude: [] },
    platforms: policy.platform === undefined ? undefined : { include: [policy.platform], exclude: [] },
    clientAppTypes: ['all'],
    locations: policy.exceptTrusted ? { include: ['All'], exclude: ['AllTrusted'] } : undefined,
    grant: { operator: 'OR', controls: [policy.grant] },
  };
}

/** As the hub makes it: the user's facts are one object per user, the device's too. */
export function asAccessRequest(signIn: SignIn, index: number): AccessRequest {
  const name = `user${index}@contoso.example`;
  return {
    user: { id: signIn.userId, userPrincipalName: name, mail: name, accountEnabled: true, groupIds: signIn.groups },
    device: {
      id: guid('dddd', index),
      platform: signIn.platform,
      userId: signIn.userId,
      state: signIn.compliant ? 'compliant' : 'noncompliant',
      reasons: [],
    },
    application: signIn.application,
    ip: signIn.ip,
    now: NOW,
  };
}

/** What the task means, in the plainest code: the judge of all engines. */
export function applies(policy: Policy, signIn: SignIn): boolean {
  return (
    signIn.groups.includes(policy.group) &&
    (policy.application === undefined || policy.application === signIn.application) &&
    (policy.platform === undefined || policy.platform === signIn.platform) &&
    !(policy.exceptTrusted && signIn.trusted)
  );
}

export function allowed(policies: readonly Policy[], signIn: SignIn): boolean {
  return !policies.some((policy) => applies(policy, signIn) && (policy.grant === 'block' || !signIn.compliant));
}
