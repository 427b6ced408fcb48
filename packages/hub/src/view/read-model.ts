import {
  decidingViews,
  disagreement,
  enrolledConnectors,
  evaluateCompliance,
  ruleFor,
  systemNameKey,
  type ComplianceState,
  type Connector,
  type DecidingView,
  type DeviceFacts,
  type Evaluated,
  type Organization,
  type PartnerAssessment,
  type PartnerWord,
  type SignalLimits,
  type UserFacts,
  type Verdict,
} from '@sallyport/core';
import { CATALOGUE } from '../documents/catalogue.ts';
import {
  readRule,
  type AffectedDevices,
  type DocumentType,
  type Effect,
  type ReadRule,
} from '../documents/document-type.ts';
import { UnreadableDocuments, type UnreadableDocument } from '../documents/unreadable-documents.ts';
import type { DocumentKind, DocumentRow, Readers } from '../store/store.ts';
import type { HeldPosture } from './columns/held-posture.ts';
import { Directory } from './directory.ts';
import { Fleet } from './fleet.ts';
import type { AccessView, DeviceClaim } from './ports.ts';
import { Rulebook, type Pulse, type RuleDraft } from './rulebook.ts';

const NO_VIEWS: readonly PartnerWord[] = [];
const NOT_FAILING: Readonly<Record<string, number>> = {};

/** What a changed document asks for beyond taking it in. */
export type Touched = 'nothing' | 'fleet' | { readonly devices: ReadonlySet<string> };

type Reported = Pick<HeldPosture, 'views' | 'failing'>;

/**
 * Everything that decisions read: the rules, the people and the fleet, in memory. It is built from the store at start, and
 * kept in step afterwards by whoever commits a change or hears of one. Nothing here writes to the store.
 */
export class ReadModel implements AccessView {
  readonly directory = new Directory();
  /** The owner's id is the directory's own text of it, so that it is not kept twice. */
  readonly fleet = new Fleet(
    (userId) => this.directory.get(userId)?.id ?? userId,
    (facts) => this.#rulebook.named(facts),
  );
  #rulebook = Rulebook.EMPTY;
  readonly #unreadable = new UnreadableDocuments();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The rules as they are now. */
  get rulebook(): Rulebook {
    return this.#rulebook;
  }

  /** Documents of the store that nobody can read, and that are closed therefore. */
  get unreadable(): readonly UnreadableDocument[] {
    return this.#unreadable.all;
  }

  // ---- filling

  async load(store: Readers): Promise<void> {
    await this.directory.load(store, (id) => this.#unreadable.note('user', id));
    const drafts: RuleDraft[] = [];
    for (const type of CATALOGUE.values()) {
      if (type.kind === 'user') continue;
      for (const row of await store.documents.list(type.kind)) {
        // Those that no rule is made from are read all the same: that one of them cannot be read is told as well.
        const { rule } = this.#read(type, row);
        if (type.toRule !== undefined) drafts.push({ kind: type.kind, id: row.id, rule });
      }
    }
    this.#rulebook = Rulebook.EMPTY.with(...drafts);
    await this.loadHeartbeats(store);
    for await (const page of store.devices.snapshot()) for (const row of page) this.fleet.load(row);
  }

  /** Takes in a document as it now stands (`undefined`: deleted), and says whose evaluation it may change. */
  apply(kind: DocumentKind, id: string, row: DocumentRow | undefined): Touched {
    const type = CATALOGUE.get(kind);
    if (type === undefined) return 'nothing';
    if (kind === 'user') row === undefined ? this.directory.remove(id) : this.directory.put(row);
    const change = { id, before: this.#rulebook.rule(kind, id), after: this.#ruleOf(type, id, row) };
    if (type.toRule !== undefined && kind !== 'user' && change.before !== change.after)
      this.#rulebook = this.#rulebook.with({ kind, id, rule: change.after });
    const effect = type.effectOf(change);
    const touched = this.#touchedBy(effect);
    if (touched !== 'nothing' && effect !== 'verdicts') this.fleet.touch(touched === 'fleet' ? 'all' : touched.devices);
    return touched;
  }

  #ruleOf(type: DocumentType, id: string, row: DocumentRow | undefined): unknown {
    if (row === undefined) {
      this.#unreadable.forget(type.kind, id);
      return undefined;
    }
    const { rule, isReadable } = this.#read(type, row);
    // What was readable until now goes on as it was: that closes what it closed, and no more.
    return isReadable || type.unreadable === undefined ? rule : (this.#rulebook.rule(type.kind, id) ?? rule);
  }

  #read(type: DocumentType, row: DocumentRow): ReadRule<unknown> {
    const read = readRule(type, row);
    if (read.isReadable) this.#unreadable.forget(type.kind, row.id);
    else this.#unreadable.note(type.kind, row.id);
    return read;
  }

  #touchedBy(effect: Effect): Touched {
    switch (effect) {
      case 'none':
      case 'access':
        return 'nothing';
      case 'verdicts':
      case 'fleet':
        return 'fleet';
      default:
        return { devices: this.#affected(effect) };
    }
  }

  #affected(effect: AffectedDevices): ReadonlySet<string> {
    if ('ofUser' in effect) return new Set(this.fleet.ofUser(effect.ofUser));
    if ('ofTerms' in effect)
      return new Set(effect.ofTerms.flatMap((term) => [...this.fleet.terms.holders(effect.connectorId, term)]));
    const devices = new Set<string>();
    for (const { id, operatingSystem } of this.fleet.withOwnSystemName())
      if (systemNameKey(operatingSystem) === effect.ofSystem) devices.add(id);
    return devices;
  }

  /** Takes in a group's direct members as they now stand. */
  applyMembers(groupId: string, memberIds: readonly string[]): Touched {
    const devices = new Set<string>();
    for (const member of this.directory.setMembers(groupId, memberIds)) {
      if (this.fleet.get(member) !== undefined) devices.add(member);
      for (const id of this.fleet.ofUser(member)) devices.add(id);
    }
    this.fleet.touch(devices);
    return { devices };
  }

  // ---- signs of life of partners

  /** What other processes have heard of partners. */
  async loadHeartbeats(store: Pick<Readers, 'heartbeats'>): Promise<void> {
    for (const [id, at] of await store.heartbeats.all()) this.setHeartbeat(id, at);
  }

  setHeartbeat(connectorId: string, at: number): void {
    const connector = this.connector(connectorId);
    if (connector === undefined || (connector.lastHeartbeatAt ?? 0) >= at) return;
    this.#changePulses((pulse, id) => (id === connectorId ? { ...pulse, lastHeartbeatAt: at } : pulse));
  }

  /** Heartbeats that were taken by a clock that was ahead count as of now. */
  pullBackHeartbeats(now: number): void {
    this.#changePulses((pulse) => ((pulse.lastHeartbeatAt ?? 0) > now ? { ...pulse, lastHeartbeatAt: now } : pulse));
  }

  /** The clock has moved forward by more than went by: who was heard of so long ago is still heard of so long ago. */
  moveHeartbeats(ms: number, now: number): void {
    this.#changePulses((pulse) =>
      pulse.lastHeartbeatAt === undefined
        ? pulse
        : { ...pulse, lastHeartbeatAt: Math.min(now, pulse.lastHeartbeatAt + ms) },
    );
  }

  /** While the clock is in doubt nobody falls silent, or so silent that its bad news ends. */
  suspendSilence(suspended: boolean, now: number): void {
    this.#changePulses(({ silenceAsOf: _, ...pulse }) => (suspended ? { ...pulse, silenceAsOf: now } : pulse));
  }

  /** Its partner has not been heard of, as far as anybody shall know. */
  forgetHeartbeat(connectorId: string): void {
    this.#changePulses(({ lastHeartbeatAt, ...pulse }, id) =>
      id === connectorId || lastHeartbeatAt === undefined ? pulse : { ...pulse, lastHeartbeatAt },
    );
  }

  #changePulses(change: (pulse: Pulse, connectorId: string) => Pulse): void {
    this.#rulebook = this.#rulebook.withPulses(change);
  }

  // ---- reading

  get connectors(): readonly Connector[] {
    return this.#rulebook.connectors;
  }

  connector(id: string): Connector | undefined {
    return this.#rulebook.connector(id);
  }

  compliancePolicy(id: string): ReturnType<Rulebook['compliancePolicy']> {
    return this.#rulebook.compliancePolicy(id);
  }

  application(idOrName: string): ReturnType<Rulebook['application']> {
    return this.#rulebook.application(idOrName);
  }

  get signalLimits(): SignalLimits {
    return this.#rulebook.signalLimits;
  }

  get organization(): Organization {
    return this.#rulebook.organization;
  }

  get deviceCount(): number {
    return this.fleet.size;
  }

  user(idOrName: string): UserFacts | undefined {
    return this.directory.find(idOrName);
  }

  deviceId(claim: DeviceClaim): string | undefined {
    return this.fleet.claimed(claim)?.id;
  }

  facts(deviceId: string): DeviceFacts | undefined {
    return this.fleet.get(deviceId)?.facts;
  }

  successorOf(deviceId: string): string | undefined {
    return this.fleet.successorOf(deviceId);
  }

  posture(deviceId: string): HeldPosture | undefined {
    return this.fleet.get(deviceId)?.posture;
  }

  verdict(deviceId: string): Verdict | undefined {
    const device = this.fleet.get(deviceId);
    return device && this.evaluate(device.facts, device.posture, this.#now());
  }

  groupsOfDevice(deviceId: string): readonly string[] {
    const userId = this.facts(deviceId)?.userId;
    return this.#groupsOf(deviceId, userId === undefined ? undefined : this.directory.get(userId));
  }

  devicesOfUser(userId: string): readonly string[] {
    return this.fleet.ofUser(userId);
  }

  // ---- evaluating

  /**
   * What all policies and settings say of a device, given a posture that may be newer than the one in memory, and rules
   * that may be only thought of. A superseded record is at the worse of its own and its successor's.
   */
  evaluate(
    given: DeviceFacts,
    reported: Reported | undefined,
    now: number,
    rulebook: Rulebook = this.#rulebook,
    successor: DeviceFacts | undefined = given.supersededBy === undefined
      ? undefined
      : this.fleet.get(given.supersededBy),
  ): Evaluated {
    const own = this.#evaluate(given, reported, now, rulebook);
    if (successor === undefined) return own;
    const failing = this.fleet.get(successor.id)?.posture?.failing ?? NOT_FAILING;
    return worseVerdict(own, this.#evaluate(successor, { views: reported?.views ?? NO_VIEWS, failing }, now, rulebook));
  }

  #evaluate(given: DeviceFacts, reported: Reported | undefined, now: number, rulebook: Rulebook): Evaluated {
    const facts = rulebook.named(given);
    const user = facts.userId === undefined ? undefined : this.directory.get(facts.userId);
    const groupIds = this.#groupsOf(facts.id, user);
    return evaluateCompliance(
      {
        device: facts,
        groupIds,
        userMissing: facts.userId !== undefined && user === undefined,
        views: reported?.views ?? NO_VIEWS,
        policies: rulebook.assignedPolicies(facts, groupIds, user !== undefined),
        ...(facts.systemUnknown === true && {
          phonePolicies: rulebook.assignedPhonePolicies(groupIds, user !== undefined),
        }),
        connectors: rulebook.connectors,
        mergeRules: rulebook.mergeRules,
        settings: rulebook.settings,
        limits: rulebook.signalLimits,
        failing: reported?.failing ?? NOT_FAILING,
      },
      now,
    );
  }

  decidingViews<View extends PartnerWord>(
    deviceId: string,
    { views, failing }: { readonly views: readonly View[]; readonly failing: HeldPosture['failing'] },
  ): readonly DecidingView<View>[] {
    const facts = this.facts(deviceId);
    if (facts === undefined) return [];
    const now = this.#now();
    const { connectors, mergeRules, signalLimits: limits } = this.#rulebook;
    const { platform } = this.#rulebook.named(facts);
    const groupIds = this.groupsOfDevice(deviceId);
    const { merged, reasons } = this.evaluate(facts, { views, failing }, now);
    return decidingViews(
      {
        views,
        merged,
        reasons,
        platform,
        limits,
        connectors: enrolledConnectors(connectors, groupIds),
        rule: ruleFor(mergeRules, platform, groupIds),
      },
      now,
    );
  }

  /** What the partners say of a device where they contradict each other; empty where they agree. */
  disagreement(facts: DeviceFacts, views: readonly PartnerWord[], now: number): readonly PartnerAssessment[] {
    if (views.length < 2) return NO_VIEWS;
    const groupIds = this.#groupsOf(
      facts.id,
      facts.userId === undefined ? undefined : this.directory.get(facts.userId),
    );
    const { connectors, mergeRules, signalLimits: limits } = this.#rulebook;
    return disagreement({ device: facts, groupIds, views, connectors, mergeRules, limits }, now);
  }

  /** The same array for all who are in the same groups, as long as no device is in a group itself. */
  #groupsOf(deviceId: string, user: UserFacts | undefined): readonly string[] {
    const ofDevice = this.directory.groupsOf(deviceId);
    return ofDevice.length === 0 ? (user?.groupIds ?? ofDevice) : [...ofDevice, ...(user?.groupIds ?? [])];
  }
}

function worseVerdict(own: Evaluated, successors: Evaluated): Evaluated {
  const changesAt = Math.min(own.changesAt ?? Infinity, successors.changesAt ?? Infinity);
  const worse = closesMore(successors, own) ? successors : own;
  const { changesAt: _, ...verdict } = worse;
  return { ...verdict, failing: own.failing, ...(changesAt < Infinity && { changesAt }) };
}

/** From open to closed; of two that are open for a time the one that closes first. */
const OPENNESS: readonly ComplianceState[] = [
  'compliant',
  'inGracePeriod',
  'notApplicable',
  'unknown',
  'noncompliant',
  'conflict',
  'error',
];

function closesMore(a: Evaluated, b: Evaluated): boolean {
  const difference = OPENNESS.indexOf(a.state) - OPENNESS.indexOf(b.state);
  return difference !== 0 ? difference > 0 : (a.graceUntil ?? Infinity) < (b.graceUntil ?? Infinity);
}
