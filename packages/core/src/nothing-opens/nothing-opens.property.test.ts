import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  applyToViews,
  DEFAULT_SIGNAL_LIMITS,
  evaluateCompliance,
  holdAgainst,
  LEVELS,
  releaseHold,
  THREAT_STATES,
  type Connector,
  type Finding,
  type FindingReport,
  type Level,
  type MergeMethod,
  type PartnerView,
  type Signal,
  type SilentPartnerRule,
  type ThreatState,
} from '../index.ts';
import { Ledger, type Word } from './ledger-testing.ts';
import { whatCloses, type Partner } from './partners-testing.ts';

/**
 * Whatever partners report, in whatever order: what a report closed opens only by an end that docs/decisions/0001 names.
 * `npm run nightly` looks at many more histories (SALLYPORT_HISTORIES).
 */
declare const process: { readonly env: Readonly<Record<string, string | undefined>> };
const HISTORIES = process.env['SALLYPORT_HISTORIES'];
/** The same histories at each run; the nightly run looks at others each time. */
const SEARCH = HISTORIES === undefined ? { numRuns: 8_000, seed: 1 } : { numRuns: Number(HISTORIES) };

const START = Date.parse('2026-03-02T09:00:00Z');
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NAMES = ['a', 'b', 'c'];

interface Report {
  readonly kind: 'reports' | 'mayMean';
  readonly partner: string;
  readonly identity: string | undefined;
  readonly tied: boolean;
  readonly state: ThreatState | undefined;
  readonly told: number;
  readonly undated: boolean;
  readonly retires: boolean;
  readonly unknownTerm: boolean;
  readonly findings: readonly FindingReport[];
}
type Step =
  | Report
  | { readonly kind: 'released'; readonly partner: string; readonly identity: string | undefined }
  | { readonly kind: 'passes'; readonly ms: number }
  | { readonly kind: 'repeats' | 'lives' | 'withdraws' | 'returns'; readonly partner: string };

interface History {
  readonly merge: MergeMethod;
  readonly silent: SilentPartnerRule;
  readonly required: Level;
  readonly thresholdDays: number;
  readonly steps: readonly Step[];
}

const partner = fc.constantFrom('a', 'a', 'a', 'b', 'b', 'c');
const identity = fc.constantFrom('v1', 'v1', 'v2', 'v3', undefined);
const state = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...THREAT_STATES) },
  { weight: 2, arbitrary: fc.constantFrom<ThreatState>('secured', 'highSeverity') },
);
const told = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  fc.integer({ min: -6, max: 6 }).map((s) => s * SECOND),
  fc.integer({ min: -120, max: 120 }).map((m) => m * MINUTE),
  fc.integer({ min: -40, max: 1_000 }).map((d) => d * DAY),
);
const finding: fc.Arbitrary<FindingReport> = fc.record({
  id: fc.constantFrom('f1', 'f2', 'f3', 'f4'),
  type: fc.constant('T'),
  severity: fc.constantFrom(undefined, 'low' as const, 'medium' as const, 'high' as const),
  state: fc.constantFrom('open' as const, 'open' as const, 'resolved' as const),
});
const rarely = fc.integer({ min: 0, max: 9 }).map((n) => n === 9);
const report: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('reports' as const, 'reports' as const, 'reports' as const, 'mayMean' as const),
  partner,
  identity,
  tied: fc.boolean(),
  state: fc.oneof({ weight: 5, arbitrary: state }, { weight: 1, arbitrary: fc.constant(undefined) }),
  told,
  undated: fc.integer({ min: 0, max: 4 }).map((n) => n === 4),
  retires: rarely,
  unknownTerm: rarely,
  findings: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(finding, { maxLength: 2 }) },
  ),
});
const passes: fc.Arbitrary<Step> = fc
  .oneof(
    fc.integer({ min: 1, max: 90 }).map((s) => s * SECOND),
    fc.integer({ min: 1, max: 90 }).map((m) => m * MINUTE),
    fc.integer({ min: 1, max: 35 }).map((d) => d * DAY),
  )
  .map((ms) => ({ kind: 'passes', ms }));
const other: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('released' as const), partner, identity }),
  fc.record({
    kind: fc.constantFrom(
      'repeats' as const,
      'lives' as const,
      'lives' as const,
      'withdraws' as const,
      'returns' as const,
    ),
    partner,
  }),
);
const anyHistory: fc.Arbitrary<History> = fc.record({
  merge: fc.oneof(
    { weight: 3, arbitrary: fc.constant<MergeMethod>({ method: 'strictest' }) },
    fc.constant<MergeMethod>({ method: 'every' }),
    fc.shuffledSubarray(NAMES, { minLength: 1 }).map((order): MergeMethod => ({ method: 'primary', order })),
    fc.constantFrom(1, 2, 3).map((atLeast): MergeMethod => ({ method: 'quorum', atLeast })),
  ),
  silent: fc.constantFrom<SilentPartnerRule>('keepWorse', 'keepWorse', 'ignore', 'keepLast', 'raise', 'block'),
  required: fc.constantFrom(...LEVELS),
  thresholdDays: fc.constantFrom(7, 7, 0, 40),
  steps: fc.array(
    fc.oneof({ weight: 6, arbitrary: report }, { weight: 3, arbitrary: passes }, { weight: 1, arbitrary: other }),
    { minLength: 2, maxLength: 14 },
  ),
});

/** The product's rules and the oracle, side by side. */
class World {
  now = START;
  views: readonly PartnerView[] = [];
  readonly #findings = new Map<string, Map<string, Finding>>(NAMES.map((name) => [name, new Map()]));
  readonly #last = new Map<string, () => void>();
  readonly partners: readonly Partner[];
  readonly history: History;
  #reports = 0;

  constructor(history: History) {
    this.history = history;
    this.partners = NAMES.map((id) => ({
      id,
      thresholdDays: history.thresholdDays,
      ledger: new Ledger(history.thresholdDays),
      lastHeardAt: START,
      withdrawnAt: undefined,
    }));
  }

  take(step: Step): void {
    if (step.kind === 'passes') {
      this.now += step.ms;
      return;
    }
    const from = this.partners.find(({ id }) => id === step.partner) as Partner;
    switch (step.kind) {
      case 'repeats':
        return this.#last.get(from.id)?.();
      case 'lives':
        from.lastHeardAt = this.now;
        return;
      case 'withdraws':
        from.withdrawnAt ??= this.now;
        return;
      case 'returns':
        from.withdrawnAt = undefined;
        from.lastHeardAt = this.now;
        return;
      case 'released':
        this.views = releaseHold(this.views, {
          connectorId: from.id,
          reportId: 'x',
          keys: keysOf(step.identity, false),
          observedAt: this.now,
          findings: [],
        });
        return from.ledger.release(step.identity);
      default:
        if (from.withdrawnAt === undefined) this.#report(from, step);
    }
  }

  #report(from: Partner, report: Report): void {
    from.lastHeardAt = this.now;
    const word = wordOf(report, `r${String((this.#reports += 1)).padStart(3, '0')}`, this.now);
    const signal = signalOf(from.id, report, word);
    from.ledger.add(word);
    const take = (): void => {
      this.views = word.matched
        ? this.#merge(signal, word.tied)
        : holdAgainst(this.views, signal, DEFAULT_SIGNAL_LIMITS);
    };
    this.#last.set(from.id, take);
    take();
  }

  #merge(signal: Signal, tied: boolean): readonly PartnerView[] {
    const known = this.#findings.get(signal.connectorId) as Map<string, Finding>;
    const applied = applyToViews(this.views, known, signal, { tied }, DEFAULT_SIGNAL_LIMITS);
    for (const one of applied.findings) known.set(one.id, one);
    return applied.views;
  }

  isOpen(): boolean {
    const { merge, silent, required, thresholdDays } = this.history;
    const connectors = this.partners.map(
      ({ id, lastHeardAt, withdrawnAt }): Connector => ({
        id,
        displayName: id,
        integration: 'full',
        unsupportedOsVersionBlocked: false,
        unresponsivenessThresholdDays: thresholdDays,
        lastHeartbeatAt: lastHeardAt,
        ...(withdrawnAt !== undefined && { deprovisioned: true, deprovisionedAt: withdrawnAt }),
        platforms: { android: { enabled: true, blockedOnMissingData: false } },
      }),
    );
    const { state: verdict } = evaluateCompliance(
      {
        device: {
          id: 'd',
          platform: 'android',
          operatingSystem: 'Android',
          osVersion: '14',
          userId: 'u',
          lastSyncAt: this.now,
          enrolledAt: 0,
        },
        groupIds: [],
        userMissing: false,
        views: this.views,
        connectors,
        mergeRules: [{ id: 'rule', priority: 1, merge, silentPartner: silent }],
        failing: {},
        settings: { secureByDefault: false, checkinThresholdDays: 30 },
        limits: DEFAULT_SIGNAL_LIMITS,
        policies: [
          {
            id: 'p',
            displayName: 'p',
            version: 1,
            platform: 'android',
            targets: [{ kind: 'allDevices' }],
            requiredLevel: required,
            gracePeriodHours: 0,
          },
        ],
      },
      this.now,
    );
    return verdict === 'compliant';
  }

  mustBeClosedBy() {
    const { merge, silent, required } = this.history;
    return whatCloses(this.partners, merge, silent, required, this.now);
  }
}

function wordOf(
  { kind, identity, tied, state, told, undated, retires, unknownTerm, findings }: Report,
  reportId: string,
  now: number,
): Word {
  const removes = retires && !undated;
  return {
    reportId,
    identity,
    tied: tied && kind === 'reports',
    matched: kind === 'reports',
    undated,
    retires: removes,
    receivedAt: now,
    at: undated ? now : Math.min(now, now + told),
    state: removes ? 'deactivated' : unknownTerm ? 'unknown' : state,
    findings: removes ? [] : findings,
  };
}

function signalOf(
  connectorId: string,
  { unknownTerm }: Report,
  { reportId, identity, tied, at, receivedAt, undated, retires, state, findings }: Word,
): Signal {
  return {
    connectorId,
    reportId,
    keys: keysOf(identity, tied),
    observedAt: at,
    receivedAt,
    findings,
    ...(state !== undefined && { state }),
    ...(undated && { undated }),
    ...(retires && { retires }),
    ...(unknownTerm && { unknownTerms: [{ field: 'status', value: 'NEW', about: 'protection' as const }] }),
  };
}

function keysOf(identity: string | undefined, tied: boolean): Signal['keys'] {
  return [
    ...(identity === undefined ? [] : [{ type: 'vendorDeviceId' as const, value: identity }]),
    tied ? { type: 'managedDeviceId' as const, value: 'd' } : { type: 'serialNumber' as const, value: 'sn' },
  ];
}

test('what a partner closed opens only by a newer, better, understood word of that identity, or an end that decision 0001 names', () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      const world = new World(history);
      for (const [place, step] of history.steps.entries()) {
        world.take(step);
        const closings = world.mustBeClosedBy();
        if (closings.length > 0)
          expect({ place, closings, open: world.isOpen() }).toEqual({ place, closings, open: false });
      }
    }),
    SEARCH,
  );
}, 1_800_000);
