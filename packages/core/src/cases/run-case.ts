import {
  AccessIndex,
  applyToViews,
  assignedPolicies,
  evaluateCompliance,
  signalLimitsOf,
  wellKnownApplication,
  type AccessPolicy,
  type CompliancePolicy,
  type ComplianceSettings,
  type Connector,
  type Decision,
  type DeviceFacts,
  type Evaluated,
  type Finding,
  type Level,
  type MergeRule,
  type NamedLocation,
  type PartnerView,
  type Platform,
  type Signal,
  type SignalLimits,
  type UserFacts,
} from '../index.ts';

/** A decision case as it stands in `*.cases.json`: only what matters to it, the rest comes from the defaults below. */
export interface DecisionCase {
  readonly description: string;
  readonly given: {
    readonly now?: string;
    readonly device?: Partial<Omit<DeviceFacts, 'lastSyncAt' | 'enrolledAt'>> & { readonly lastSyncAt?: string };
    readonly user?: Partial<UserFacts>;
    readonly connectors?: readonly ConnectorCase[];
    readonly mergeRules?: readonly Partial<MergeRule>[];
    readonly settings?: Partial<ComplianceSettings>;
    readonly limits?: Partial<SignalLimits>;
    /** `requiredLevel: null` is a policy without a threat rule. */
    readonly compliancePolicies?: readonly (Omit<Partial<CompliancePolicy>, 'requiredLevel'> & {
      readonly requiredLevel?: Level | null;
    })[];
    readonly accessPolicies?: readonly Partial<AccessPolicy>[];
    readonly locations?: readonly NamedLocation[];
    readonly signals?: readonly SignalCase[];
    readonly failingSince?: Readonly<Record<string, string>>;
  };
  readonly request?: {
    readonly application?: string;
    readonly ip?: string;
    readonly country?: string;
    readonly platform?: Platform;
    readonly clientAppType?: 'browser' | 'mobileAppsAndDesktopClients' | 'exchangeActiveSync' | 'other';
    readonly mfaDone?: boolean;
    readonly withoutDevice?: boolean;
    readonly user?: Partial<UserFacts>;
  };
  readonly want: {
    readonly compliance?: string;
    readonly merged?: string;
    readonly because?: readonly string[];
    readonly decidedBy?: string;
    readonly disagreeing?: readonly string[];
    readonly graceUntil?: string;
    readonly findings?: readonly string[];
    readonly decision?: boolean;
    readonly reasons?: readonly string[];
    readonly obligations?: readonly string[];
    readonly reportOnly?: readonly string[];
  };
}

interface ConnectorCase extends Omit<Partial<Connector>, 'lastHeartbeatAt' | 'platforms'> {
  readonly id: string;
  readonly off?: boolean;
  readonly blockedOnMissingData?: boolean;
  readonly minimumVersion?: string;
  readonly lastHeartbeatAt?: string;
}

interface SignalCase extends Omit<Partial<Signal>, 'observedAt' | 'connectorId'> {
  readonly from: string;
  readonly at?: string;
}

const NOW = '2026-03-02T09:00:00Z';
const DAY_BEFORE = '2026-03-01T09:00:00Z';
const ALICE: UserFacts = {
  id: 'alice',
  userPrincipalName: 'alice@example.com',
  accountEnabled: true,
  groupIds: ['staff'],
};

export interface CaseResult {
  readonly verdict: Evaluated;
  readonly decision: Decision;
}

export function runCase({ given, request }: DecisionCase): CaseResult {
  const now = Date.parse(given.now ?? NOW);
  const user: UserFacts = { ...ALICE, ...given.user };
  const device: DeviceFacts = {
    id: 'phone',
    platform: 'android',
    operatingSystem: 'Android',
    osVersion: '14',
    userId: user.id,
    enrolledAt: 0,
    ...given.device,
    lastSyncAt: Date.parse(given.device?.lastSyncAt ?? DAY_BEFORE),
  };
  const policies = (given.compliancePolicies ?? [{}]).map(
    (p, i): CompliancePolicy => ({
      id: `policy-${i + 1}`,
      displayName: `Policy ${i + 1}`,
      version: 1,
      platform: 'android',
      gracePeriodHours: 0,
      targets: [{ kind: 'allLicensedUsers' }],
      ...p,
      requiredLevel: p.requiredLevel === null ? undefined : (p.requiredLevel ?? 'low'),
    }),
  );
  const limits = signalLimitsOf(given.limits ?? {});
  const verdict = evaluateCompliance(
    {
      device,
      groupIds: user.groupIds,
      userMissing: false,
      views: viewsOf(given.signals ?? [], limits),
      limits,
      policies: assignedPolicies(policies, device, user.groupIds, true),
      connectors: (given.connectors ?? [{ id: 'lookout' }]).map((c) => connectorOf(c, device.platform)),
      mergeRules: (given.mergeRules ?? []).map(
        (r, i) =>
          ({
            id: `rule-${i}`,
            priority: i,
            merge: { method: 'strictest' },
            silentPartner: 'keepWorse',
            ...r,
          }) as MergeRule,
      ),
      settings: { secureByDefault: false, checkinThresholdDays: 30, ...given.settings },
      failing: Object.fromEntries(Object.entries(given.failingSince ?? {}).map(([id, at]) => [id, Date.parse(at)])),
    },
    now,
  );
  const application = request?.application ?? 'Exchange';
  const decision = new AccessIndex((given.accessPolicies ?? [{}]).map(accessPolicyOf), given.locations ?? []).decide({
    user: { ...user, ...request?.user },
    now,
    application: wellKnownApplication(application)?.id ?? application,
    ip: request?.ip,
    country: request?.country,
    platform: request?.platform,
    clientAppType: request?.clientAppType,
    mfaDone: request?.mfaDone,
    device:
      request?.withoutDevice === true
        ? undefined
        : {
            id: device.id,
            platform: device.platform,
            userId: device.userId,
            state: verdict.state,
            graceUntil: verdict.graceUntil,
            reasons: verdict.reasons,
          },
  });
  return { verdict, decision };
}

function viewsOf(signals: readonly SignalCase[], limits: SignalLimits): readonly PartnerView[] {
  let views: readonly PartnerView[] = [];
  const findings = new Map<string, Map<string, Finding>>();
  for (const [i, { from, at, ...rest }] of signals.entries()) {
    const signal: Signal = {
      connectorId: from,
      reportId: `report-${i}`,
      keys: [],
      findings: [],
      ...rest,
      observedAt: Date.parse(at ?? DAY_BEFORE),
    };
    const known = findings.get(from) ?? new Map<string, Finding>();
    const tied = signal.keys.some(({ type }) => type === 'managedDeviceId');
    const applied = applyToViews(views, known, signal, { tied }, limits);
    for (const finding of applied.findings) known.set(finding.id, finding);
    findings.set(from, known);
    views = applied.views;
  }
  return views;
}

function connectorOf(
  { off, blockedOnMissingData, minimumVersion, lastHeartbeatAt, ...rest }: ConnectorCase,
  platform: Platform,
): Connector {
  return {
    displayName: rest.id,
    integration: 'full',
    unsupportedOsVersionBlocked: false,
    unresponsivenessThresholdDays: 7,
    lastHeartbeatAt: Date.parse(lastHeartbeatAt ?? DAY_BEFORE),
    ...rest,
    platforms: {
      [platform]: { enabled: off !== true, blockedOnMissingData: blockedOnMissingData === true, minimumVersion },
    },
  };
}

function accessPolicyOf(given: Partial<AccessPolicy>, i: number): AccessPolicy {
  return {
    id: `access-${i + 1}`,
    displayName: `Access ${i + 1}`,
    state: 'enabled',
    clientAppTypes: ['all'],
    applications: { include: ['All'], exclude: [] },
    grant: { operator: 'OR', controls: ['compliantDevice'] },
    ...given,
    users: {
      includeUsers: given.users?.includeGroups === undefined ? ['All'] : [],
      excludeUsers: [],
      includeGroups: [],
      excludeGroups: [],
      ...given.users,
    },
  };
}
