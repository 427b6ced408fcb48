import {
  AccessIndex, assignedPhonePolicies, assignedPolicies, DEFAULT_SIGNAL_LIMITS, decidingViews, disagreement, enrolledConnectors, evaluateCompliance, ruleFor, signalLimitsOf, systemNameKey, wellKnownApplication,
  type AccessPolicy, type CompliancePolicy, type ComplianceState, type ComplianceSettings, type Connector, type DecidingView, type DeviceFacts, type Evaluated,
  type MergeRule, type NamedLocation, type Organization, type PartnerAssessment, type PartnerWord, type Platform, type SignalLimits, type UserFacts, type Verdict,
} from '@sallyport/core';
import type { DocumentKind, DocumentRow, Readers } from '../store/store.ts';
import type { HeldPosture } from './columns/posture-column.ts';
import { CommonKeys } from './common-keys.ts';
import { Directory } from './directory.ts';
import { Fleet } from './fleet.ts';
import { toMergeRule } from './merge-rule-document.ts';
import { lifeOf, type ConnectorStatus } from './connector-status.ts';
import { ORGANIZATION_ID, toOrganization } from './organization-document.ts';
import type { AccessView, DeviceClaim } from './ports.ts';
import { canonicalId, toAccessPolicy, toCompliancePolicy, toConnector, toNamedLocation, toSettings } from './rules-from-documents.ts';
import { CLOSED_WITHOUT, UnreadableDocuments, isReadable, unreadableRule, type NamedApplication, type UnreadableDocument } from './unreadable-documents.ts';

/** What an administrator says that a system is; `other`: one that no compliance policy is for. */
export type NamedPlatform = Exclude<Platform, 'unknown'> | 'other';

const NO_VIEWS: readonly PartnerWord[] = [];
const NOT_FAILING: Readonly<Record<string, number>> = {};
const SETTINGS_ID = 'default';
/** The one document of its kind. */
export const SIGNAL_LIMITS_ID = 'default';

/** What is evaluated with instead of what is stored. */
export interface WhatIf {
  readonly mergeRules?: readonly MergeRule[] | undefined;
  readonly connectors?: readonly Connector[] | undefined;
  readonly compliancePolicies?: readonly CompliancePolicy[] | undefined;
  readonly limits?: SignalLimits | undefined;
}

const AS_IT_IS: WhatIf = {};

/** What a changed document asks for beyond taking it in. */
export type Touched = 'nothing' | 'fleet' | { readonly devices: ReadonlySet<string> };

/**
 * The memory that decisions are made from: built from the store at start, and afterwards kept in step by
 * whoever commits a change. Nothing here writes to the store.
 */
export class Memory implements AccessView {
  readonly directory = new Directory();
  /** The owner's id is the directory's own text of it, so that it is not kept twice. */
  readonly fleet = new Fleet((userId) => this.directory.get(userId)?.id ?? userId, (kind) => this.named(kind));
  readonly commonKeys = new CommonKeys();
  #connectors = new Map<string, Connector>();
  #connectorList: readonly Connector[] = [];
  #connectorStatus = new Map<string, ConnectorStatus>();
  #compliancePolicies = new Map<string, CompliancePolicy>();
  /** By set of groups (one array per set) and platform; begun anew when a policy changes. */
  #assigned = new WeakMap<readonly string[], Map<string, readonly CompliancePolicy[]>>();
  /** By `systemNameKey`. */
  #platformNames = new Map<string, NamedPlatform>();
  #mergeRules = new Map<string, MergeRule>();
  #mergeRuleList: readonly MergeRule[] = [];
  #accessPolicies = new Map<string, AccessPolicy>();
  #locations = new Map<string, NamedLocation>();
  #applications = new Map<string, { readonly id: string; readonly displayName: string; readonly names: readonly string[] }>();
  #applicationNames = new Map<string, { readonly id: string; readonly displayName: string }>();
  #settings: ComplianceSettings = toSettings(undefined);
  #signalLimits = DEFAULT_SIGNAL_LIMITS;
  #organization: Organization = toOrganization(undefined);
  #accessIndex = new AccessIndex([], []);
  readonly #unreadable = new UnreadableDocuments();
  #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Documents of the store that nobody can read, and that are closed therefore. */
  get unreadable(): readonly UnreadableDocument[] {
    return this.#unreadable.all;
  }

  // ---- filling

  async load(store: Readers): Promise<void> {
    await this.directory.load(store, (id) => this.#unreadable.note('user', id));
    for (const kind of ['connectorStatus', 'mobileThreatDefenseConnector', 'deviceCompliancePolicy', 'mergeRule', 'platformName', 'conditionalAccessPolicy', 'namedLocation', 'application', 'deviceManagementSettings', 'signalLimits', 'organization'] as const) {
      for (const row of await store.documents.list(kind)) {
        if (!isReadable(row) && !CLOSED_WITHOUT.has(kind)) throw unreadableRule(row);
        this.#take(kind, row.id, row);
      }
    }
    for (const [id, at] of await store.heartbeats.all()) this.setHeartbeat(id, at);
    this.#rebuildAccessIndex();
    for await (const page of store.devices.snapshot()) for (const row of page) this.fleet.load(row);
  }

  /** Takes in a document as it now stands (`undefined`: deleted), and says whose evaluation it may change. */
  apply(kind: DocumentKind, id: string, row: DocumentRow | undefined): Touched {
    const before = this.#connectors.get(id);
    this.#take(kind, id, row);
    const touched = this.#touchedBy(kind, id, before);
    // What partners say, and whose word counts, has nothing to do with compliance policies.
    if (touched !== 'nothing' && kind !== 'deviceCompliancePolicy') this.fleet.touch(touched === 'fleet' ? 'all' : touched.devices);
    return touched;
  }

  #touchedBy(kind: DocumentKind, id: string, before: Connector | undefined): Touched {
    switch (kind) {
      case 'mobileThreatDefenseConnector': case 'deviceCompliancePolicy': case 'mergeRule': case 'deviceManagementSettings': case 'signalLimits':
        return 'fleet';
      case 'conditionalAccessPolicy': case 'namedLocation':
        this.#rebuildAccessIndex();
        return 'nothing';
      case 'platformName':
        return { devices: this.#devicesNamed(id) };
      case 'connectorStatus':
        return this.#touchedByStatus(id, before);
      case 'user':
        return { devices: new Set(this.fleet.ofUser(id)) };
      default:
        return 'nothing';
    }
  }

  #touchedByStatus(id: string, before: Connector | undefined): Touched {
    const after = this.#connectors.get(id);
    if ((before?.deprovisioned ?? false) !== (after?.deprovisioned ?? false)) return 'fleet';
    const [was, is] = [before?.disregardedTerms ?? [], after?.disregardedTerms ?? []];
    const changed = [...was.filter((term) => !is.includes(term)), ...is.filter((term) => !was.includes(term))];
    return changed.length === 0 ? 'nothing' : { devices: new Set(changed.flatMap((term) => [...this.fleet.terms.holders(id, term)])) };
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

  setHeartbeat(connectorId: string, at: number): void {
    const connector = this.#connectors.get(connectorId);
    if (connector === undefined || (connector.lastHeartbeatAt ?? 0) >= at) return;
    this.#connectors.set(connectorId, { ...connector, lastHeartbeatAt: at });
    this.#connectorList = [...this.#connectors.values()];
  }

  /** Heartbeats that were taken by a clock that was ahead count as of now. */
  pullBackHeartbeats(now: number): void {
    this.#changeConnectors((connector) => ((connector.lastHeartbeatAt ?? 0) > now ? { ...connector, lastHeartbeatAt: now } : connector));
  }

  /** The clock has moved forward by more than went by: who was heard of so long ago is still heard of so long ago. */
  moveHeartbeats(ms: number, now: number): void {
    this.#changeConnectors((connector) => (connector.lastHeartbeatAt === undefined ? connector : { ...connector, lastHeartbeatAt: Math.min(now, connector.lastHeartbeatAt + ms) }));
  }

  /** While the clock is in doubt nobody falls silent, or so silent that its bad news ends. */
  suspendSilence(suspended: boolean, now: number): void {
    this.#changeConnectors(({ silenceAsOf: _, ...connector }) => (suspended ? { ...connector, silenceAsOf: now } : connector));
  }

  #changeConnectors(change: (connector: Connector) => Connector): void {
    for (const [id, connector] of this.#connectors) this.#connectors.set(id, change(connector));
    this.#connectorList = [...this.#connectors.values()];
  }

  /** Its partner has not been heard of, as far as anybody shall know. */
  forgetHeartbeat(connectorId: string): void {
    const connector = this.#connectors.get(connectorId);
    if (connector === undefined) return;
    const { lastHeartbeatAt: _, ...unheard } = connector;
    this.#connectors.set(connectorId, unheard);
    this.#connectorList = [...this.#connectors.values()];
  }

  #take(kind: DocumentKind, id: string, row: DocumentRow | undefined): void {
    if (this.#unreadable.follow(kind, id, row)) {
      // What a rule is made from goes on as it was: to leave it out would open something.
      if (CLOSED_WITHOUT.has(kind)) this.#takeReadable(kind, id, undefined);
    } else {
      this.#takeReadable(kind, id, row);
    }
  }

  #takeReadable(kind: DocumentKind, id: string, row: DocumentRow | undefined): void {
    switch (kind) {
      case 'user': return row === undefined ? this.directory.remove(id) : this.directory.put(row);
      case 'mobileThreatDefenseConnector':
        set(this.#connectors, id, row && { ...toConnector(row.body, id, this.#connectors.get(id)?.lastHeartbeatAt), ...lifeOf(this.#connectorStatus.get(id)) });
        this.#connectorList = [...this.#connectors.values()];
        return;
      case 'connectorStatus': return this.#takeStatus(id, row);
      case 'deviceCompliancePolicy':
        set(this.#compliancePolicies, id, row && toCompliancePolicy(row.body, id, row.version));
        this.#assigned = new WeakMap();
        return;
      case 'mergeRule':
        set(this.#mergeRules, id, row && toMergeRule(row.body, id));
        this.#mergeRuleList = [...this.#mergeRules.values()];
        return;
      case 'platformName': return set(this.#platformNames, id, row && (row.body as unknown as { platform: NamedPlatform }).platform);
      case 'conditionalAccessPolicy': return set(this.#accessPolicies, id, row && toAccessPolicy(row.body, id));
      case 'namedLocation': return set(this.#locations, id, row && toNamedLocation(row.body, id));
      case 'application': return this.#takeApplication(id, row);
      case 'deviceManagementSettings':
        if (id === SETTINGS_ID || row !== undefined) this.#settings = toSettings(row?.body);
        return;
      case 'signalLimits':
        if (id === SIGNAL_LIMITS_ID) this.#signalLimits = signalLimitsOf(row?.body ?? {});
        return;
      case 'organization':
        if (id === ORGANIZATION_ID) this.#organization = toOrganization(row?.body);
        return;
      default: return;
    }
  }

  #takeStatus(id: string, row: DocumentRow | undefined): void {
    set(this.#connectorStatus, id, row?.body as ConnectorStatus | undefined);
    const connector = this.#connectors.get(id);
    if (connector === undefined) return;
    this.#connectors.set(id, { ...connector, ...lifeOf(this.#connectorStatus.get(id)) });
    this.#connectorList = [...this.#connectors.values()];
  }

  #takeApplication(id: string, row: DocumentRow | undefined): void {
    for (const name of this.#applications.get(id)?.names ?? []) this.#applicationNames.delete(name);
    this.#applications.delete(id);
    if (row === undefined) return;
    const { appId, displayName, identifierUris } = row.body as unknown as NamedApplication;
    const names = [appId, displayName, ...(identifierUris ?? [])].map((name) => name.toLowerCase());
    const application = { id: canonicalId(appId), displayName, names };
    this.#applications.set(id, application);
    for (const name of names) this.#applicationNames.set(name, application);
  }

  #rebuildAccessIndex(): void {
    this.#accessIndex = new AccessIndex([...this.#accessPolicies.values()], [...this.#locations.values()]);
  }

  // ---- reading

  get accessIndex(): AccessIndex {
    return this.#accessIndex;
  }

  get connectors(): readonly Connector[] {
    return this.#connectorList;
  }

  get compliancePolicies(): readonly CompliancePolicy[] {
    return [...this.#compliancePolicies.values()];
  }

  get mergeRules(): readonly MergeRule[] {
    return this.#mergeRuleList;
  }

  get settings(): ComplianceSettings {
    return this.#settings;
  }

  get signalLimits(): SignalLimits {
    return this.#signalLimits;
  }

  get organization(): Organization {
    return this.#organization;
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

  connectorStatus(id: string): ConnectorStatus | undefined {
    return this.#connectorStatus.get(id);
  }

  connector(id: string): Connector | undefined {
    return this.#connectors.get(id);
  }

  compliancePolicy(id: string): CompliancePolicy | undefined {
    return this.#compliancePolicies.get(id);
  }

  /** A GUID that nobody registered is still an application: conditional access policies may name it. */
  application(idOrName: string): { readonly id: string; readonly displayName: string } | undefined {
    const key = idOrName.toLowerCase();
    return wellKnownApplication(key) ?? this.#applicationNames.get(key) ?? (GUID.test(key) ? { id: key, displayName: key } : undefined);
  }

  /** With the platform that an administrator gave the name of its system, where that is in no table. */
  named<F extends Pick<DeviceFacts, 'platform' | 'operatingSystem' | 'systemUnknown'>>(facts: F): F {
    const platform = facts.systemUnknown === true ? this.#platformNames.get(systemNameKey(facts.operatingSystem)) : undefined;
    return platform === undefined ? facts : { ...facts, platform: platform === 'other' ? 'unknown' : platform, systemUnknown: undefined };
  }

  #devicesNamed(key: string): ReadonlySet<string> {
    const devices = new Set<string>();
    for (const { id, operatingSystem } of this.fleet.withOwnSystemName()) if (systemNameKey(operatingSystem) === key) devices.add(id);
    return devices;
  }

  // ---- evaluating

  /**
   * What all policies and settings say of a device, given a posture that may be newer than the one in memory,
   * and merge rules, connectors, policies and limits that may be only thought of. A superseded record is at the worse of its own and its successor's.
   */
  evaluate(
    given: DeviceFacts, posture: Pick<HeldPosture, 'views' | 'failing'> | undefined, now: number, whatIf: WhatIf = AS_IT_IS,
    successor: DeviceFacts | undefined = given.supersededBy === undefined ? undefined : this.fleet.get(given.supersededBy),
  ): Evaluated {
    const own = this.#evaluate(given, posture, now, whatIf);
    if (successor === undefined) return own;
    const failing = this.fleet.get(successor.id)?.posture?.failing ?? NOT_FAILING;
    return worseVerdict(own, this.#evaluate(successor, { views: posture?.views ?? NO_VIEWS, failing }, now, whatIf));
  }

  #evaluate(
    given: DeviceFacts, posture: Pick<HeldPosture, 'views' | 'failing'> | undefined, now: number,
    { mergeRules = this.#mergeRuleList, connectors = this.#connectorList, limits = this.#signalLimits, compliancePolicies }: WhatIf,
  ): Evaluated {
    const facts = this.named(given);
    const user = facts.userId === undefined ? undefined : this.directory.get(facts.userId);
    const groupIds = this.#groupsOf(facts.id, user);
    return evaluateCompliance({
      device: facts,
      groupIds,
      userMissing: facts.userId !== undefined && user === undefined,
      views: posture?.views ?? NO_VIEWS,
      policies: compliancePolicies === undefined ? this.#assignedPolicies(facts, groupIds, user !== undefined) : assignedPolicies(compliancePolicies, facts, groupIds, user !== undefined),
      ...(facts.systemUnknown === true && { phonePolicies: assignedPhonePolicies(compliancePolicies ?? this.compliancePolicies, groupIds, user !== undefined) }),
      connectors,
      mergeRules,
      settings: this.#settings,
      limits,
      failing: posture?.failing ?? NOT_FAILING,
    }, now);
  }

  decidingViews<View extends PartnerWord>(deviceId: string, { views, failing }: { readonly views: readonly View[]; readonly failing: HeldPosture['failing'] }): readonly DecidingView<View>[] {
    const facts = this.facts(deviceId);
    if (facts === undefined) return [];
    const now = this.#now();
    const { platform } = this.named(facts);
    const groupIds = this.groupsOfDevice(deviceId);
    const { merged, reasons } = this.evaluate(facts, { views, failing }, now);
    return decidingViews({
      views, merged, reasons, platform, limits: this.#signalLimits, connectors: enrolledConnectors(this.#connectorList, groupIds), rule: ruleFor(this.#mergeRuleList, platform, groupIds),
    }, now);
  }

  /** What the partners say of a device where they contradict each other; empty where they agree. */
  disagreement(facts: DeviceFacts, views: readonly PartnerWord[], now: number): readonly PartnerAssessment[] {
    if (views.length < 2) return NO_VIEWS;
    const groupIds = this.#groupsOf(facts.id, facts.userId === undefined ? undefined : this.directory.get(facts.userId));
    return disagreement({ device: facts, groupIds, views, connectors: this.#connectorList, mergeRules: this.#mergeRuleList, limits: this.#signalLimits }, now);
  }

  /** The same array for all who are in the same groups, as long as no device is in a group itself. */
  #groupsOf(deviceId: string, user: UserFacts | undefined): readonly string[] {
    const ofDevice = this.directory.groupsOf(deviceId);
    return ofDevice.length === 0 ? user?.groupIds ?? ofDevice : [...ofDevice, ...(user?.groupIds ?? [])];
  }

  #assignedPolicies(device: DeviceFacts, groupIds: readonly string[], hasUser: boolean): readonly CompliancePolicy[] {
    let byPlatform = this.#assigned.get(groupIds);
    if (byPlatform === undefined) this.#assigned.set(groupIds, (byPlatform = new Map()));
    const key = keyOfPolicies(device, hasUser);
    let assigned = byPlatform.get(key);
    if (assigned === undefined) {
      assigned = assignedPolicies(this.compliancePolicies, device, groupIds, hasUser);
      byPlatform.set(key, assigned);
    }
    return assigned;
  }
}

/** Of devices that have the same policies, if they are in the same groups. Nearly always the text that is there already. */
function keyOfPolicies({ platform, androidManagement }: DeviceFacts, hasUser: boolean): string {
  const kind = androidManagement === undefined ? platform : `${platform} ${androidManagement}`;
  return hasUser ? kind : `${kind} without user`;
}

function worseVerdict(own: Evaluated, successors: Evaluated): Evaluated {
  const changesAt = Math.min(own.changesAt ?? Infinity, successors.changesAt ?? Infinity);
  const worse = closesMore(successors, own) ? successors : own;
  const { changesAt: _, ...verdict } = worse;
  return { ...verdict, failing: own.failing, ...(changesAt < Infinity && { changesAt }) };
}

/** From open to closed; of two that are open for a time the one that closes first. */
const OPENNESS: readonly ComplianceState[] = ['compliant', 'inGracePeriod', 'notApplicable', 'unknown', 'noncompliant', 'conflict', 'error'];

function closesMore(a: Evaluated, b: Evaluated): boolean {
  const difference = OPENNESS.indexOf(a.state) - OPENNESS.indexOf(b.state);
  return difference !== 0 ? difference > 0 : (a.graceUntil ?? Infinity) < (b.graceUntil ?? Infinity);
}

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function set<V>(map: Map<string, V>, id: string, value: V | undefined): void {
  if (value === undefined) map.delete(id);
  else map.set(id, value);
}
