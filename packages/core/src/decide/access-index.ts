import type { AccessPolicy, AccessRequest, ClientAppType, Decision, NamedLocation } from '../vocabulary/access.ts';
import type { UserFacts } from '../vocabulary/device.ts';
import type { Platform } from '../vocabulary/platforms.ts';
import { wellKnownApplication } from './applications.ts';
import { Collected } from './collected.ts';
import { Dimension } from './dimension.ts';
import { compileGrant, type CompiledGrant } from './grant.ts';
import { PlaceCondition, placeOf, type Place } from './locations.ts';
import { addAll, common, emptyMask, removeAll, setBit, type Mask } from './mask.ts';

/**
 * Conditional access policies compiled for deciding: each condition is a set of policies per user, group,
 * application, and platform with client, so that finding the policies that apply is the intersection of three sets,
 * whatever their number; the few that are left are asked about the place. Built once per change of
 * configuration; `decide` only reads.
 *
 * Follows Entra's evaluation (Microsoft Learn, "Building a Conditional Access policy"): all conditions of a policy must
 * match; exclusion beats inclusion; a block ends it; otherwise every applying policy must be satisfied; none applying
 * grants.
 */
export class AccessIndex {
  /** Enforced policies come first, report-only ones after them; disabled ones are left out. */
  readonly #policies: readonly AccessPolicy[];
  readonly #grants: readonly CompiledGrant[];
  readonly #enforced: number;
  /**
   * By policy; `undefined`: wherever. Asked last and only of policies that all else agrees on: phones come from
   * ever new addresses, so nothing can be worked out beforehand.
   */
  readonly #places: readonly (PlaceCondition | undefined)[];
  readonly #users: Dimension;
  readonly #groups: Dimension;
  readonly #applications: Dimension;
  readonly #office365: Dimension;
  /** Platform and client are few: each pair has its set. */
  readonly #byPlatform: ReadonlyMap<Platform, ReadonlyMap<ClientAppType | 'unknown', Mask>>;
  readonly #applicationMasks = new Map<string, Mask>();
  readonly #userMasks = new WeakMap<UserFacts, Mask>();
  /** Users in the same groups that no policy names share one set. */
  readonly #sharedUserMasks = new Map<string, Mask>();

  constructor(policies: readonly AccessPolicy[], locations: readonly NamedLocation[]) {
    const enforced = policies.filter((p) => p.state === 'enabled');
    this.#enforced = enforced.length;
    this.#policies = [...enforced, ...policies.filter((p) => p.state === 'enabledForReportingButNotEnforced')];
    this.#grants = this.#policies.map(compileGrant);
    this.#places = this.#policies.map((p) =>
      p.locations === undefined ? undefined : new PlaceCondition(p.locations, locations),
    );
    this.#users = new Dimension(this.#policies, (p) => ({
      include: p.users.includeUsers,
      exclude: p.users.excludeUsers,
    }));
    this.#groups = new Dimension(this.#policies, (p) => ({
      include: p.users.includeGroups,
      exclude: p.users.excludeGroups,
    }));
    this.#applications = new Dimension(this.#policies, (p) => p.applications);
    this.#office365 = new Dimension(
      this.#policies,
      (p) => p.applications,
      (key) => key.toLowerCase() === 'office365',
    );
    this.#byPlatform = new Map(
      PLATFORM_KEYS.map((p) => {
        const onPlatform = this.#platformMask(p);
        return [p, new Map(CLIENT_KEYS.map((c) => [c, common(onPlatform, this.#clientMask(c))]))];
      }),
    );
  }

  /** How many policies are enforced or reported on. */
  get size(): number {
    return this.#policies.length;
  }

  /** Grant or deny. Pure but for caches; never throws. */
  decide(request: AccessRequest): Decision {
    if (!request.user.accountEnabled) return USER_DISABLED;
    const users = this.#userMask(request.user);
    const applications = this.#applicationMask(request.application);
    const ofPlatform = this.#byPlatform.get(request.device?.platform ?? request.platform ?? 'unknown');
    const platforms = ofPlatform?.get(request.clientAppType ?? 'unknown') as Mask;
    const collected = new Collected();
    let place: Place | undefined;
    for (let word = 0; word < users.length; word += 1) {
      let bits = (users[word] as number) & (applications[word] as number) & (platforms[word] as number);
      while (bits !== 0) {
        const bit = bits & -bits;
        bits ^= bit;
        const policy = (word << 5) + 31 - Math.clz32(bit);
        const condition = this.#places[policy];
        if (condition === undefined || condition.includes((place ??= placeOf(request.ip, request.country))))
          this.#apply(policy, request, collected);
      }
    }
    return collected.decision(request);
  }

  #apply(policy: number, request: AccessRequest, collected: Collected): void {
    const grant = this.#grants[policy] as CompiledGrant;
    if (policy < this.#enforced) collected.enforce(grant, request);
    else collected.report(grant, request);
  }

  #userMask(user: UserFacts): Mask {
    const known = this.#userMasks.get(user);
    if (known !== undefined) return known;
    const named = this.#users.names(user.id);
    const shared = named
      ? undefined
      : user.groupIds
          .filter((g) => this.#groups.names(g))
          .sort()
          .join();
    let mask = shared === undefined ? undefined : this.#sharedUserMasks.get(shared);
    if (mask === undefined) {
      mask = this.#computeUserMask(user);
      if (shared !== undefined) this.#sharedUserMasks.set(shared, mask);
    }
    this.#userMasks.set(user, mask);
    return mask;
  }

  #computeUserMask(user: UserFacts): Mask {
    const mask = emptyMask(this.#policies.length);
    addAll(mask, this.#users.all);
    addAll(mask, this.#users.including(user.id));
    for (const group of user.groupIds) addAll(mask, this.#groups.including(group));
    removeAll(mask, this.#users.excludingAll);
    removeAll(mask, this.#users.excluding(user.id));
    for (const group of user.groupIds) removeAll(mask, this.#groups.excluding(group));
    return mask;
  }

  #applicationMask(application: string): Mask {
    let mask = this.#applicationMasks.get(application);
    if (mask !== undefined) return mask;
    const office = wellKnownApplication(application)?.office365 === true ? this.#office365 : undefined;
    mask = emptyMask(this.#policies.length);
    addAll(mask, this.#applications.all);
    addAll(mask, this.#applications.including(application));
    addAll(mask, office?.anyIncluded);
    removeAll(mask, this.#applications.excludingAll);
    removeAll(mask, this.#applications.excluding(application));
    removeAll(mask, office?.anyExcluded);
    // Names come from callers: a stranger's must not grow the memory.
    if (this.#applicationMasks.size < 10_000) this.#applicationMasks.set(application, mask);
    return mask;
  }

  /**
   * Without a known platform, a policy for certain platforms that asks for a compliant device applies: nobody
   * escapes it by not saying what device it is. One that merely blocks a platform does not.
   */
  #platformMask(platform: Platform): Mask {
    return maskWhere(this.#policies, ({ platforms }, i) => {
      if (platforms === undefined) return true;
      if (platform === 'unknown') {
        return platforms.include.includes('all') || (this.#grants[i] as CompiledGrant).needsDevice;
      }
      return (
        (platforms.include.includes('all') || platforms.include.includes(platform)) &&
        !platforms.exclude.includes('all') &&
        !platforms.exclude.includes(platform)
      );
    });
  }

  /** A caller that does not say which client asks is taken for a modern one. */
  #clientMask(client: ClientAppType | 'unknown'): Mask {
    const kinds: readonly string[] = client === 'unknown' ? ['browser', 'mobileAppsAndDesktopClients'] : [client];
    return maskWhere(
      this.#policies,
      ({ clientAppTypes }) =>
        clientAppTypes.length === 0 ||
        clientAppTypes.includes('all') ||
        kinds.some((kind) => clientAppTypes.includes(kind)),
    );
  }
}

const USER_DISABLED: Decision = Object.freeze({
  decision: false,
  reasons: [{ code: 'user_disabled' as const }],
  obligations: [],
  reportOnly: [],
});

const PLATFORM_KEYS: readonly Platform[] = ['android', 'iOS', 'macOS', 'windows', 'linux', 'unknown'];
const CLIENT_KEYS: readonly (ClientAppType | 'unknown')[] = [
  'browser',
  'mobileAppsAndDesktopClients',
  'exchangeActiveSync',
  'easSupported',
  'other',
  'unknown',
];

function maskWhere(policies: readonly AccessPolicy[], test: (policy: AccessPolicy, index: number) => boolean): Mask {
  const mask = emptyMask(policies.length);
  for (const [i, policy] of policies.entries()) if (test(policy, i)) setBit(mask, i);
  return mask;
}
