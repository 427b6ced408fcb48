import { expect, test } from 'vitest';
import {
  DEFAULT_SIGNAL_LIMITS,
  evaluateCompliance,
  isAssessment,
  isLostContact,
  meaningOf,
  THREAT_STATES,
  type CompliancePolicy,
  type Connector,
  type MergeRule,
  type PartnerView,
  type Signal,
  type ThreatState,
} from '@sallyport/core';
import type { IncomingReport } from './ports.ts';
import { draftOf } from '../documents/catalogue.ts';
import { toDeviceFacts } from '../documents/device-facts.ts';
import { ALICE, phone, testPipeline, type TestPipeline } from './testing.ts';

/**
 * A month of a fleet of 10,000 phones and three partners, replayed at speed: reports come twice, late and out
 * of order, many never come, and one partner falls silent. It must end exactly where a plain computation from
 * what was said ends: for each phone and partner the newest word, merged and evaluated once.
 */

const DEVICES = 10_000;
const DAYS = 30;
const DAY = 86_400_000;
const START = Date.parse('2026-03-01T00:00:00Z');
const PARTNERS = ['a', 'b', 'silent'];
/** The day on which the silent partner is last heard. */
const LAST_HEARD = 20;

/** Small, fast and the same everywhere (mulberry32), so that a failure can be repeated. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function deviceId(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

/** What is said on one day: by each partner about a part of the fleet, now and then twice within the same second. */
function saidOn(day: number, random: () => number): Signal[] {
  const signals: Signal[] = [];
  for (let n = 0; n < DEVICES; n += 1) {
    for (const connectorId of PARTNERS) {
      if (random() > 0.13 || (connectorId === 'silent' && day > LAST_HEARD)) continue;
      const observedAt = START + day * DAY + Math.floor(random() * 86_400) * 1_000;
      const words = random() < 0.05 ? 2 : 1;
      for (let word = 0; word < words; word += 1) {
        const state = THREAT_STATES[Math.floor(random() * THREAT_STATES.length)] as ThreatState;
        signals.push({
          connectorId,
          reportId: `${day}-${n}-${word}`,
          observedAt,
          state,
          findings: [],
          keys: [{ type: 'managedDeviceId', value: deviceId(n) }],
        });
      }
    }
  }
  return signals;
}

/** Some wait until days later, some come again, and what comes together comes in any order. */
function asItArrives(days: readonly Signal[][], random: () => number): Signal[][] {
  const arriving: Signal[][] = days.map(() => []);
  for (const [day, signals] of days.entries()) {
    for (const signal of signals) {
      // The silent partner's last words come while it is heard: a report is a sign of life, too.
      const latest = signal.connectorId === 'silent' ? LAST_HEARD : DAYS - 1;
      const later = random() < 0.1 ? Math.floor(random() * 5) : 0;
      const arrival = Math.min(day + later, latest);
      arriving[arrival]?.push(signal);
      if (random() < 0.05) arriving[Math.min(arrival + Math.floor(random() * 3), latest)]?.push(signal);
    }
  }
  for (const signals of arriving) {
    for (let i = signals.length - 1; i > 0; i -= 1) {
      const j = Math.floor(random() * (i + 1));
      [signals[i], signals[j]] = [signals[j] as Signal, signals[i] as Signal];
    }
  }
  return arriving;
}

const CONNECTORS = Object.fromEntries(
  PARTNERS.map((id) => [
    id,
    {
      androidEnabled: true,
      iosEnabled: true,
      partnerUnresponsivenessThresholdInDays: 7,
      androidDeviceBlockedOnMissingPartnerData: id === 'b',
    },
  ]),
);
const POLICIES = Object.fromEntries(
  ['android', 'ios'].map((platform) => [
    `policy-${platform}`,
    {
      '@odata.type': `#microsoft.graph.${platform}CompliancePolicy`,
      deviceThreatProtectionEnabled: true,
      deviceThreatProtectionRequiredSecurityLevel: 'medium',
      assignments: [{ target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } }],
      scheduledActionsForRule: [{ scheduledActionConfigurations: [{ actionType: 'block', gracePeriodHours: 0 }] }],
    },
  ]),
);
const RULES = { ios: { platform: 'iOS', priority: 1, method: 'quorum', atLeast: 2, silentPartner: 'raise' } };

async function furnish(hub: TestPipeline): Promise<void> {
  await hub.configuration.write('test', async (tx, changed) => {
    for (const [kind, documents] of [
      ['mobileThreatDefenseConnector', CONNECTORS],
      ['deviceCompliancePolicy', POLICIES],
      ['mergeRule', RULES],
      ['user', { [ALICE]: { userPrincipalName: 'alice@example.com' } }],
    ] as const) {
      for (const [id, body] of Object.entries(documents)) {
        await tx.documents.put(kind, id, body, START);
        changed({ kind, id, after: body });
      }
    }
  });
  for (let n = 0; n < DEVICES; n += 1_000) {
    await Promise.all(Array.from({ length: 1_000 }, (_, i) => hub.devices.put('test', deviceRow(n + i))));
  }
}

function deviceRow(n: number): ReturnType<typeof phone> {
  return phone(deviceId(n), START, { operatingSystem: n % 3 === 0 ? 'iOS' : 'Android', osVersion: '17' });
}

interface Reported {
  readonly state: ThreatState;
  readonly observedAt: number;
  readonly reportId: string;
}

/** Newest first; of reports of one instant the worse, then the one with the greater id. */
function byNewest(a: Reported, b: Reported): number {
  return (
    b.observedAt - a.observedAt ||
    meaningOf(b.state).rank - meaningOf(a.state).rank ||
    (b.reportId > a.reportId ? 1 : -1)
  );
}

/** What each partner reports of each phone in the end: the newest state, and the last ones that stand behind it where it is no level. */
function viewsOf(signals: Iterable<Signal>): Map<string, PartnerView[]> {
  const reports = Map.groupBy(
    signals,
    ({ connectorId, keys }) => `${(keys[0] as { value: string }).value} ${connectorId}`,
  );
  const views = new Map<string, PartnerView[]>();
  for (const [key, ofPartner] of reports) {
    const [id, connectorId] = key.split(' ') as [string, string];
    const sorted = ofPartner
      .map(({ state, observedAt, reportId }): Reported => ({ state: state as ThreatState, observedAt, reportId }))
      .sort(byNewest);
    views.set(id, [...(views.get(id) ?? []), viewOf(connectorId, sorted)]);
  }
  return views;
}

function viewOf(connectorId: string, sorted: readonly Reported[]): PartnerView {
  const newest = sorted[0] as Reported;
  const view = { connectorId, ...newest, basis: 'posture' as const, openFindings: [] };
  if (isAssessment(newest.state)) return view;
  const levelAt = sorted.findIndex(({ state }) => isAssessment(state));
  const sinceLevel = levelAt < 0 ? sorted : sorted.slice(0, levelAt);
  const lastAppState = isLostContact(newest.state) ? sinceLevel.find(({ state }) => !isLostContact(state)) : undefined;
  return {
    ...view,
    levelMissingSince: (sinceLevel.at(-1) as Reported).observedAt,
    ...(levelAt >= 0 && { lastLevel: sorted[levelAt] }),
    ...(lastAppState && { lastAppState }),
  };
}

/** As much of a view as stands in the end, sorted by connector. */
function lasting(views: readonly PartnerView[]) {
  return views
    .map(({ connectorId, state, observedAt, reportId, lastLevel, lastAppState }) => ({
      connectorId,
      state,
      observedAt,
      reportId,
      lastLevel,
      lastAppState,
    }))
    .sort((x, y) => (x.connectorId < y.connectorId ? -1 : 1));
}

test('a month of a fleet ends where a plain computation from what was said ends', async () => {
  const hub = await testPipeline();
  hub.clock.at = START;
  await furnish(hub);
  const random = randomFrom(20_260_301);
  const days = Array.from({ length: DAYS }, (_, day) => saidOn(day, random));
  let taken = 0;
  for (const [day, signals] of asItArrives(days, random).entries()) {
    hub.clock.at = START + (day + 1) * DAY;
    for (const connectorId of PARTNERS) {
      const reports = signals
        .filter((s) => s.connectorId === connectorId)
        .map(
          (signal): IncomingReport => ({
            signal,
            row: { connectorId, reportId: signal.reportId, observedAt: signal.observedAt, format: 'test', raw: '{}' },
          }),
        );
      for (let i = 0; i < reports.length; i += 1_000)
        taken += (await hub.intake.take(connectorId, reports.slice(i, i + 1_000))).filter(
          (o) => o.status !== 'duplicate',
        ).length;
    }
    await hub.tick();
  }
  // What was worse, hardly older, and came late counts no more.
  hub.clock.advance(120_000);
  await hub.tick();
  expect(taken).toBe(days.flat().length);
  expect(await hub.store.reports.count()).toBe(taken);

  const now = hub.clock.now();
  const heartbeats = await hub.store.heartbeats.all();
  const connectors = PARTNERS.map((id) => ({
    ...(draftOf('mobileThreatDefenseConnector', id, CONNECTORS[id] ?? {}) as Connector),
    lastHeartbeatAt: heartbeats.get(id),
  }));
  const policies = Object.entries(POLICIES).map(
    ([id, body]) => draftOf('deviceCompliancePolicy', id, body) as CompliancePolicy,
  );
  const allViews = viewsOf(days.flat());
  const stored = new Map(
    (await hub.store.postures.get(Array.from({ length: DEVICES }, (_, n) => deviceId(n)))).map((p) => [p.deviceId, p]),
  );
  const states = new Map<string, number>();
  for (let n = 0; n < DEVICES; n += 1) {
    const device = toDeviceFacts(deviceRow(n).resource);
    const views = allViews.get(device.id) ?? [];
    const { state, merged, reasons } = evaluateCompliance(
      {
        device,
        views,
        groupIds: [],
        userMissing: false,
        connectors,
        failing: {},
        policies: policies.filter((p) => p.platform === device.platform),
        mergeRules: Object.entries(RULES).map(([id, body]) => draftOf('mergeRule', id, body) as MergeRule),
        settings: { secureByDefault: false, checkinThresholdDays: 30 },
        limits: DEFAULT_SIGNAL_LIMITS,
      },
      now,
    );
    const posture = stored.get(device.id);
    expect(
      { state: posture?.complianceState, merged: posture?.mergedState, reasons: posture?.reasons },
      device.id,
    ).toEqual({ state, merged: merged.state, reasons: JSON.parse(JSON.stringify(reasons)) });
    expect(lasting(posture?.views ?? []), device.id).toEqual(lasting(views));
    expect(hub.decider.view.posture(device.id)?.complianceState).toBe(state);
    states.set(state, (states.get(state) ?? 0) + 1);
  }
  // Else the month would have proved little.
  expect(
    [...states.values()].every((count) => count > DEVICES / 20) && states.size > 1,
    JSON.stringify([...states]),
  ).toBe(true);
  await hub.close();
}, 400_000);
