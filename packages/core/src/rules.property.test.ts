import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  AccessIndex,
  applySignal,
  DEFAULT_MERGE_RULE,
  DEFAULT_SIGNAL_LIMITS,
  evaluateCompliance,
  isAssessment,
  isInRange,
  LEVELS,
  meaningOf,
  mergePartners,
  parseAddress,
  parseRange,
  rankOfLevel,
  stateOfLevel,
  stateOfPartner,
  THREAT_STATES,
  type AccessPolicy,
  type AccessRequest,
  type CompliancePolicy,
  type Connector,
  type Finding,
  type MergeRule,
  type PartnerView,
  type Signal,
  type UserFacts,
} from './index.ts';

const NOW = Date.parse('2026-03-02T09:00:00Z');
const HOUR = 3_600_000;
const CONNECTORS = ['a', 'b', 'c'];

// ---- what the rules are fed with

const anyFinding = fc.record({
  id: fc.constantFrom('f1', 'f2', 'f3'),
  type: fc.constant('T'),
  severity: fc.constantFrom(undefined, 'low' as const, 'medium' as const, 'high' as const),
  state: fc.constantFrom('open' as const, 'resolved' as const),
});
const anySignals = fc
  .array(
    fc.record({
      connectorId: fc.constantFrom(...CONNECTORS),
      observedAt: fc.integer({ min: NOW - 6, max: NOW }),
      state: fc.option(fc.constantFrom(...THREAT_STATES), { nil: undefined }),
      findings: fc.array(anyFinding, { maxLength: 2 }),
      basis: fc.constantFrom(undefined, 'postureAndFindings' as const),
    }),
    { maxLength: 8 },
  )
  .map((list) => list.map((s, i): Signal => ({ ...s, reportId: `r${i}`, keys: [] })));

const anyMerge = fc.oneof(
  fc.constant({ method: 'strictest' as const }),
  fc.constant({ method: 'every' as const }),
  fc.record({ method: fc.constant('primary' as const), order: fc.shuffledSubarray(CONNECTORS) }),
  fc.record({ method: fc.constant('quorum' as const), atLeast: fc.integer({ min: 1, max: 4 }) }),
);
const anyRule: fc.Arbitrary<MergeRule> = fc
  .record({ merge: anyMerge, silentPartner: fc.constantFrom('keepWorse', 'ignore', 'keepLast', 'raise', 'block') })
  .map((r) => ({ id: 'rule', priority: 1, ...r }) as MergeRule);
const anyConnectors: fc.Arbitrary<Connector[]> = fc.tuple(
  ...CONNECTORS.map((id) =>
    fc
      .record({ enabled: fc.boolean(), blocked: fc.boolean(), full: fc.boolean(), silent: fc.boolean() })
      .map(
        (c): Connector => ({
          id,
          displayName: id,
          integration: c.full ? 'full' : 'basic',
          unsupportedOsVersionBlocked: false,
          unresponsivenessThresholdDays: 7,
          lastHeartbeatAt: c.silent ? NOW - 8 * 86_400_000 : NOW,
          platforms: { android: { enabled: c.enabled, blockedOnMissingData: c.blocked } },
        }),
      ),
  ),
);
const anyPolicies: fc.Arbitrary<CompliancePolicy[]> = fc
  .array(fc.record({ requiredLevel: fc.constantFrom(...LEVELS), gracePeriodHours: fc.constantFrom(0, 24) }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((list) =>
    list.map((p, i) => ({
      id: `p${i}`,
      displayName: `p${i}`,
      version: 1,
      platform: 'android',
      targets: [{ kind: 'allDevices' }],
      ...p,
    })),
  );

function told(signals: readonly Signal[]): { views: PartnerView[]; findings: unknown } {
  const views = new Map<string, PartnerView>();
  const findings = new Map<string, Map<string, Finding>>();
  for (const signal of signals) {
    const known = findings.get(signal.connectorId) ?? new Map<string, Finding>();
    const applied = applySignal(views.get(signal.connectorId), known, signal, DEFAULT_SIGNAL_LIMITS);
    for (const f of applied.findings) known.set(f.id, f);
    findings.set(signal.connectorId, known);
    if (applied.view) views.set(signal.connectorId, applied.view);
  }
  const sorted = [...findings].sort().map(([id, known]) => [id, [...known].sort()]);
  return {
    views: [...views.values()].sort((x, y) => (x.connectorId < y.connectorId ? -1 : 1)),
    findings: sorted.filter(([, known]) => known?.length),
  };
}

/** What stands when everything that counts for a limited time has ended: a contested state, a finding that raises a posture. */
function lasting({ views, findings }: { views: readonly PartnerView[]; findings: unknown }) {
  const lastingView = ({ contested: _, levelMissingSince: __, openFindings, ...view }: PartnerView) => ({
    ...view,
    openFindings: openFindings.map(({ observedAt: ___, raisesUntil: ____, ...finding }) => finding),
  });
  return { views: views.map(lastingView), findings };
}

function evaluate(
  views: readonly PartnerView[],
  policies: readonly CompliancePolicy[],
  connectors: readonly Connector[],
  rule: MergeRule,
  now = NOW,
) {
  return evaluateCompliance(
    {
      device: {
        id: 'd',
        platform: 'android',
        operatingSystem: 'Android',
        osVersion: '14',
        userId: 'u',
        lastSyncAt: NOW,
        enrolledAt: 0,
      },
      groupIds: [],
      userMissing: false,
      views,
      policies,
      connectors,
      mergeRules: [rule],
      failing: {},
      settings: { secureByDefault: false, checkinThresholdDays: 30 },
      limits: DEFAULT_SIGNAL_LIMITS,
    },
    now,
  );
}

describe('signals', () => {
  test('come to the same in any order', () => {
    fc.assert(
      fc.property(
        anySignals.chain((s) => fc.tuple(fc.constant(s), fc.shuffledSubarray(s, { minLength: s.length }))),
        ([signals, shuffled]) => {
          expect(lasting(told(shuffled))).toEqual(lasting(told(signals)));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test('said twice say no more than once', () => {
    fc.assert(
      fc.property(anySignals, (signals) => {
        expect(lasting(told([...signals, ...signals]))).toEqual(lasting(told(signals)));
      }),
      { numRuns: 500 },
    );
  });

  test('a posture that covers secured and low is low exactly while a finding with a severity is open', () => {
    const low: Signal = {
      connectorId: 'a',
      reportId: 'low',
      keys: [],
      findings: [],
      observedAt: NOW + 1,
      state: 'secured',
      basis: 'postureAndFindings',
    };
    fc.assert(
      fc.property(anySignals, (signals) => {
        for (const [view] of [told([...signals, low]), told([low, ...signals])].map(({ views }) => views)) {
          expect(view?.state).toBe(
            view?.openFindings.some((finding) => finding.severity !== undefined) ? 'lowSeverity' : 'secured',
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  test('an older report about the device changes its state for a minute at most, and then only for the worse', () => {
    fc.assert(
      fc.property(
        anySignals,
        fc.constantFrom(...THREAT_STATES),
        fc.constantFrom(...CONNECTORS),
        (signals, state, connectorId) => {
          const before = told(signals).views.find((v) => v.connectorId === connectorId && v.basis === 'posture');
          fc.pre(before !== undefined);
          const late: Signal = {
            connectorId,
            reportId: 'late',
            keys: [],
            findings: [],
            observedAt: (before as PartnerView).observedAt - 1,
            state,
          };
          const after = told([...signals, late]).views.find((v) => v.connectorId === connectorId);
          expect({
            ...after,
            contested: undefined,
            lastLevel: undefined,
            lastAppState: undefined,
            levelMissingSince: undefined,
          }).toEqual({
            ...before,
            contested: undefined,
            lastLevel: undefined,
            lastAppState: undefined,
            levelMissingSince: undefined,
          });
          const connector = { id: connectorId, unresponsivenessThresholdDays: 7 } as Connector;
          const stateAt = (view: PartnerView | undefined, at: number): number =>
            meaningOf(
              stateOfPartner(view === undefined ? [] : [view], connector, at, DEFAULT_SIGNAL_LIMITS)?.state ??
                'unknown',
            ).rank;
          expect(stateAt(after, NOW)).toBeGreaterThanOrEqual(
            isAssessment((before as PartnerView).state) ? stateAt(before, NOW) : 0,
          );
          if (isAssessment((before as PartnerView).state))
            expect(stateAt(after, NOW + 2 * HOUR)).toBe(stateAt(before, NOW + 2 * HOUR));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('merging', () => {
  test('does not depend on the order of partners', () => {
    fc.assert(
      fc.property(anySignals, anyConnectors, anyRule, (signals, connectors, rule) => {
        const { views } = told(signals);
        const one = mergePartners(views, connectors, 'android', rule, NOW, DEFAULT_SIGNAL_LIMITS);
        const other = mergePartners(
          [...views].reverse(),
          [...connectors].reverse(),
          'android',
          rule,
          NOW,
          DEFAULT_SIGNAL_LIMITS,
        );
        expect({ ...other, disagreeing: [...other.disagreeing].sort() }).toEqual({
          ...one,
          disagreeing: [...one.disagreeing].sort(),
        });
      }),
      { numRuns: 1_000 },
    );
  });

  test('with one partner every method says what that partner says', () => {
    fc.assert(
      fc.property(fc.constantFrom(...LEVELS), anyMerge, (level, merge) => {
        const views: PartnerView[] = [
          {
            connectorId: 'a',
            state: stateOfLevel(level),
            observedAt: NOW,
            reportId: 'r',
            basis: 'posture',
            openFindings: [],
          },
        ];
        const connector = {
          id: 'a',
          displayName: 'a',
          integration: 'full',
          unsupportedOsVersionBlocked: false,
          unresponsivenessThresholdDays: 0,
          platforms: { android: { enabled: true, blockedOnMissingData: false } },
        } as const;
        expect(
          mergePartners(views, [connector], 'android', { ...DEFAULT_MERGE_RULE, merge }, NOW, DEFAULT_SIGNAL_LIMITS),
        ).toMatchObject({ kind: 'level', level });
      }),
    );
  });
});

describe('access', () => {
  const open = (state: string): boolean => state === 'compliant' || state === 'inGracePeriod';

  test('a worse level of any partner never opens what was closed', () => {
    fc.assert(
      fc.property(
        anySignals,
        anyConnectors,
        anyRule,
        anyPolicies,
        fc.constantFrom(...CONNECTORS),
        (signals, connectors, rule, policies, who) => {
          const { views } = told(signals);
          const view = views.find((v) => v.connectorId === who);
          const level = LEVELS.find((l) => stateOfLevel(l) === view?.state);
          fc.pre(view !== undefined && level !== undefined && level !== 'high');
          const worse = LEVELS[rankOfLevel(level as 'low') + 1] as 'high';
          const before = evaluate(views, policies, connectors, rule);
          const after = evaluate(
            views.map((v) => (v === view ? { ...v, state: stateOfLevel(worse) } : v)),
            policies,
            connectors,
            rule,
          );
          expect(open(before.state) || !open(after.state)).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('a report and its remediation end where they began', () => {
    fc.assert(
      fc.property(
        anySignals,
        anyConnectors,
        anyRule,
        anyPolicies,
        fc.constantFrom(...CONNECTORS),
        (signals, connectors, rule, policies, connectorId) => {
          const before = told(signals).views.find((v) => v.connectorId === connectorId && v.basis === 'posture');
          // A state that is no level does not lift what was reported: the last level stays.
          fc.pre(before !== undefined && isAssessment(before.state));
          const bad: Signal = {
            connectorId,
            reportId: 'x',
            keys: [],
            observedAt: NOW + 1,
            state: 'compromised',
            findings: [{ id: 'n', type: 'T', severity: 'high', state: 'open' }],
          };
          const mended: Signal = {
            ...bad,
            reportId: 'y',
            observedAt: NOW + 6_002,
            state: (before as PartnerView).state,
            findings: [{ id: 'n', type: 'T', severity: 'high', state: 'resolved' }],
          };
          const verdict = (list: readonly Signal[]) => {
            const { state, reasons } = evaluate(told(list).views, policies, connectors, rule, NOW + 2 * HOUR);
            return { state, reasons };
          };
          expect(verdict([...signals, bad, mended])).toEqual(verdict(signals));
        },
      ),
      { numRuns: 500 },
    );
  });
});

// ---- the index against a reading of the rules that takes no short cut

const USERS: UserFacts[] = ['u1', 'u2', 'u3'].map((id, i) => ({
  id,
  userPrincipalName: `${id}@example.com`,
  accountEnabled: true,
  groupIds: [['g1'], ['g1', 'g2'], []][i] as string[],
}));
const EXCHANGE = '00000002-0000-0ff1-ce00-000000000000';
const some = (words: string[], max = 2): fc.Arbitrary<string[]> => fc.subarray(words, { maxLength: max });
const anyAccessPolicies: fc.Arbitrary<AccessPolicy[]> = fc
  .array(
    fc.record({
      state: fc.constantFrom('enabled' as const, 'disabled' as const, 'enabledForReportingButNotEnforced' as const),
      users: fc.record({
        includeUsers: some(['All', 'None', 'u1', 'u2']),
        excludeUsers: some(['u1', 'u3']),
        includeGroups: some(['g1', 'g2']),
        excludeGroups: some(['g1', 'g2'], 1),
      }),
      applications: fc.record({
        include: some(['All', 'Office365', EXCHANGE, 'app']),
        exclude: some([EXCHANGE, 'app'], 1),
      }),
      platforms: fc.option(
        fc.record({ include: some(['all', 'android', 'iOS']), exclude: some(['android', 'iOS'], 1) }),
        { nil: undefined },
      ),
      clientAppTypes: some(['all', 'browser', 'exchangeActiveSync']),
      locations: fc.option(
        fc.record({ include: some(['All', 'AllTrusted', 'office']), exclude: some(['AllTrusted', 'office'], 1) }),
        { nil: undefined },
      ),
      grant: fc.option(
        fc.record({
          operator: fc.constantFrom('AND' as const, 'OR' as const),
          controls: fc.subarray(['block', 'mfa', 'compliantDevice', 'domainJoinedDevice'] as const, { minLength: 1 }),
        }),
        { nil: null },
      ),
    }),
    { maxLength: 70 },
  )
  .map((list) => list.map((p, i) => ({ id: `p${i}`, displayName: `p${i}`, ...p })));
const anyRequest: fc.Arbitrary<AccessRequest> = fc.record({
  user: fc.constantFrom(...USERS),
  application: fc.constantFrom(EXCHANGE, 'app', 'other'),
  now: fc.constant(NOW),
  device: fc.option(
    fc.record({
      id: fc.constant('d'),
      platform: fc.constantFrom('android' as const, 'iOS' as const),
      userId: fc.constantFrom(undefined, 'u1', 'u2'),
      state: fc.constantFrom('compliant' as const, 'noncompliant' as const),
      reasons: fc.constant([]),
    }),
    { nil: undefined },
  ),
  clientAppType: fc.constantFrom(undefined, 'browser' as const, 'exchangeActiveSync' as const),
  ip: fc.constantFrom(undefined, '192.0.2.9', '198.51.100.1'),
  mfaDone: fc.boolean(),
});

function grantedSlowly(policies: readonly AccessPolicy[], r: AccessRequest): boolean {
  const inOffice = r.ip === '192.0.2.9';
  const at = (l: string): boolean => l === 'All' || inOffice;
  const ok = (control: string): boolean =>
    control === 'mfa' ||
    (control === 'compliantDevice' && r.device?.state === 'compliant' && (r.device.userId ?? r.user.id) === r.user.id);
  return policies
    .filter((p) => p.state === 'enabled')
    .every((p) => {
      const u = p.users;
      const named =
        u.includeUsers.some((x) => x === 'All' || x === r.user.id) ||
        u.includeGroups.some((g) => r.user.groupIds.includes(g));
      if (!named || u.excludeUsers.includes(r.user.id) || u.excludeGroups.some((g) => r.user.groupIds.includes(g)))
        return true;
      if (
        !p.applications.include.some(
          (a) => a === 'All' || a === r.application || (a === 'Office365' && r.application === EXCHANGE),
        )
      )
        return true;
      if (p.applications.exclude.includes(r.application)) return true;
      const needsDevice = p.grant?.controls.includes('compliantDevice') === true;
      if (
        p.platforms &&
        r.device &&
        (!p.platforms.include.some((x) => x === 'all' || x === r.device?.platform) ||
          p.platforms.exclude.includes(r.device.platform))
      )
        return true;
      if (p.platforms && !r.device && !p.platforms.include.includes('all') && !needsDevice) return true;
      if (
        p.clientAppTypes.length > 0 &&
        !p.clientAppTypes.some((c) => c === 'all' || c === (r.clientAppType ?? 'browser'))
      )
        return true;
      if (p.locations && (!p.locations.include.some(at) || p.locations.exclude.some(at))) return true;
      if (p.grant === null) return true;
      if (p.grant.controls.includes('block')) return false;
      return p.grant.operator === 'AND' ? p.grant.controls.every(ok) : p.grant.controls.some(ok);
    });
}

describe('the access index', () => {
  test('decides as a plain reading of the policies does', () => {
    fc.assert(
      fc.property(anyAccessPolicies, fc.array(anyRequest, { minLength: 1, maxLength: 10 }), (policies, requests) => {
        const index = new AccessIndex(policies, [
          { id: 'office', displayName: 'Office', isTrusted: true, ranges: ['192.0.2.0/24'] },
        ]);
        for (const request of requests) {
          const decision = index.decide(request);
          expect(decision.decision).toBe(grantedSlowly(policies, request));
          expect(decision.reasons.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('addresses', () => {
  test('an address is in the range of each of its own prefixes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(32), (text, prefix) => {
        const address = parseAddress(text);
        const range = parseRange(`${text}/${prefix}`);
        expect(address).toBeDefined();
        // A mapped address keeps its IPv6 prefix length, which below 96 leaves no IPv4 range.
        if (range !== undefined) expect(isInRange(address ?? [], range)).toBe(true);
        else expect(text).toMatch(/:/);
      }),
    );
  });

  test.each([
    '',
    '1.2.3',
    '256.1.1.1',
    '01.2.3.4',
    '1.2.3.4.5',
    ':::',
    '1::2::3',
    'g::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
  ])('%s is none', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  test.each([
    ['10.1.2.3', '10.0.0.0/8', true],
    ['11.1.2.3', '10.0.0.0/8', false],
    ['::ffff:10.1.2.3', '10.0.0.0/8', true],
    ['2001:db8:1::5', '2001:db8::/32', true],
    ['2001:db9::5', '2001:db8::/32', false],
    ['192.0.2.1', '0.0.0.0/0', true],
    ['10.1.2.3', '::ffff:10.0.0.0/104', true],
  ])('%s in %s: %s', (ip, range, inside) => {
    expect(isInRange(parseAddress(ip) ?? [], parseRange(range) ?? { address: [], prefix: 0 })).toBe(inside);
  });
});
