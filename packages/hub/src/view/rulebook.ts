import {
  AccessIndex,
  assignedPhonePolicies,
  assignedPolicies,
  DEFAULT_SIGNAL_LIMITS,
  systemNameKey,
  wellKnownApplication,
  type CompliancePolicy,
  type ComplianceSettings,
  type Connector,
  type DeviceFacts,
  type MergeRule,
  type Organization,
  type SignalLimits,
} from '@sallyport/core';
import type { DocumentType } from '../documents/document-type.ts';
import { accessPolicyDocument } from '../documents/kinds/access-policy.ts';
import { applicationDocument } from '../documents/kinds/application.ts';
import { compliancePolicyDocument } from '../documents/kinds/compliance-policy.ts';
import { connectorDocument } from '../documents/kinds/connector.ts';
import { connectorStatusDocument, lifeOf, type StatusRule } from '../documents/kinds/connector-status.ts';
import { DEFAULT_SETTINGS, managementSettingsDocument, SETTINGS_ID } from '../documents/kinds/management-settings.ts';
import { mergeRuleDocument } from '../documents/kinds/merge-rule.ts';
import { namedLocationDocument } from '../documents/kinds/named-location.ts';
import { NO_ORGANIZATION, ORGANIZATION_ID, organizationDocument } from '../documents/kinds/organization.ts';
import { platformNameDocument } from '../documents/kinds/platform-name.ts';
import { SIGNAL_LIMITS_ID, signalLimitsDocument } from '../documents/kinds/signal-limits.ts';
import type { DocumentKind } from '../store/store.ts';

/** When a partner was last heard of, which no document says. */
export type Pulse = Pick<Connector, 'lastHeartbeatAt' | 'silenceAsOf'>;

/** A rule that is there, is another, or (`undefined`) is there no more. */
export interface RuleDraft {
  readonly kind: DocumentKind;
  readonly id: string;
  readonly rule: unknown;
}

type Rules = ReadonlyMap<string, unknown>;

interface Parts {
  readonly rules: ReadonlyMap<DocumentKind, Rules>;
  /** By connector. */
  readonly pulses: ReadonlyMap<string, Pulse>;
}

interface NamedThing {
  readonly id: string;
  readonly displayName: string;
}

const NO_RULES: Rules = new Map();
const NO_PULSE: Pulse = {};

/**
 * All rules that devices are evaluated and decisions are made by, compiled: one immutable value. `with` makes another one
 * that differs by a change, and shares with this one what the change does not touch; the two can be asked side by side.
 */
export class Rulebook {
  static readonly EMPTY = new Rulebook({ rules: new Map(), pulses: new Map() });

  readonly #parts: Parts;
  readonly connectors: readonly Connector[];
  readonly #connectors: ReadonlyMap<string, Connector>;
  readonly mergeRules: readonly MergeRule[];
  readonly accessIndex: AccessIndex;
  readonly settings: ComplianceSettings;
  readonly signalLimits: SignalLimits;
  /** Another object whenever it was changed. */
  readonly organization: Organization;
  readonly #compliancePolicies: readonly CompliancePolicy[];
  /** By set of groups (one array per set) and kind of device. */
  readonly #assigned: WeakMap<readonly string[], Map<string, readonly CompliancePolicy[]>>;
  readonly #applicationNames: ReadonlyMap<string, NamedThing>;

  /** @param former shares what is derived from parts that are the same */
  private constructor(parts: Parts, former?: Rulebook) {
    this.#parts = parts;
    const isSame = (...types: readonly DocumentType[]): boolean =>
      types.every(({ kind }) => former !== undefined && former.#parts.rules.get(kind) === parts.rules.get(kind));
    const isAsFormer =
      former !== undefined &&
      former.#parts.pulses === parts.pulses &&
      isSame(connectorDocument, connectorStatusDocument);
    this.#connectors = isAsFormer ? former.#connectors : this.#livingConnectors();
    this.connectors = isAsFormer ? former.connectors : [...this.#connectors.values()];
    this.mergeRules =
      former !== undefined && isSame(mergeRuleDocument) ? former.mergeRules : [...this.all(mergeRuleDocument).values()];
    const hasSamePolicies = former !== undefined && isSame(compliancePolicyDocument);
    this.#compliancePolicies = hasSamePolicies
      ? former.#compliancePolicies
      : [...this.all(compliancePolicyDocument).values()];
    this.#assigned = hasSamePolicies ? former.#assigned : new WeakMap();
    this.accessIndex =
      former !== undefined && isSame(accessPolicyDocument, namedLocationDocument)
        ? former.accessIndex
        : new AccessIndex([...this.all(accessPolicyDocument).values()], [...this.all(namedLocationDocument).values()]);
    this.settings = this.all(managementSettingsDocument).get(SETTINGS_ID) ?? DEFAULT_SETTINGS;
    this.signalLimits = this.all(signalLimitsDocument).get(SIGNAL_LIMITS_ID) ?? DEFAULT_SIGNAL_LIMITS;
    this.organization = this.all(organizationDocument).get(ORGANIZATION_ID) ?? NO_ORGANIZATION;
    this.#applicationNames =
      former !== undefined && isSame(applicationDocument) ? former.#applicationNames : this.#namesOfApplications();
  }

  // ---- changing

  /** These rules with changes that may be only thought of. */
  with(...drafts: readonly RuleDraft[]): Rulebook {
    if (drafts.length === 0) return this;
    const rules = new Map(this.#parts.rules);
    for (const [kind, changes] of Map.groupBy(drafts, (draft) => draft.kind)) {
      const changed = new Map(rules.get(kind));
      for (const { id, rule } of changes) {
        if (rule === undefined) changed.delete(id);
        else changed.set(id, rule);
      }
      rules.set(kind, changed);
    }
    const gone = drafts.filter(
      ({ kind, id, rule }) => kind === connectorDocument.kind && rule === undefined && this.#parts.pulses.has(id),
    );
    if (gone.length === 0) return new Rulebook({ rules, pulses: this.#parts.pulses }, this);
    const pulses = new Map(this.#parts.pulses);
    for (const { id } of gone) pulses.delete(id);
    return new Rulebook({ rules, pulses }, this);
  }

  /** @param change of each connector's pulse; who is no connector has none */
  withPulses(change: (pulse: Pulse, connectorId: string) => Pulse): Rulebook {
    const pulses = new Map(this.connectors.map(({ id }) => [id, change(this.#parts.pulses.get(id) ?? NO_PULSE, id)]));
    return new Rulebook({ rules: this.#parts.rules, pulses }, this);
  }

  // ---- reading

  /** The rules of one kind, by id, in the order in which they came. */
  all<Rule>({ kind }: DocumentType<unknown, Rule>): ReadonlyMap<string, Rule> {
    return (this.#parts.rules.get(kind) ?? NO_RULES) as ReadonlyMap<string, Rule>;
  }

  /** Of a kind that is known only when it runs. */
  rule(kind: DocumentKind, id: string): unknown {
    return this.#parts.rules.get(kind)?.get(id);
  }

  connector(id: string): Connector | undefined {
    return this.#connectors.get(id);
  }

  connectorStatus(id: string): StatusRule | undefined {
    return this.all(connectorStatusDocument).get(id);
  }

  compliancePolicy(id: string): CompliancePolicy | undefined {
    return this.all(compliancePolicyDocument).get(id);
  }

  /** A GUID that nobody registered is still an application: conditional access policies may name it. */
  application(idOrName: string): NamedThing | undefined {
    const key = idOrName.toLowerCase();
    return (
      wellKnownApplication(key) ??
      this.#applicationNames.get(key) ??
      (GUID.test(key) ? { id: key, displayName: key } : undefined)
    );
  }

  /** With the platform that an administrator gave the name of its system, where that is in no table. */
  named<F extends Pick<DeviceFacts, 'platform' | 'operatingSystem' | 'systemUnknown' | 'strict'>>(facts: F): F {
    const platform =
      facts.systemUnknown === true
        ? this.all(platformNameDocument).get(systemNameKey(facts.operatingSystem))
        : undefined;
    if (platform === undefined) return facts;
    if (platform === 'unreadable') return { ...facts, strict: true };
    return { ...facts, platform: platform === 'other' ? 'unknown' : platform, systemUnknown: undefined };
  }

  assignedPolicies(device: DeviceFacts, groupIds: readonly string[], hasUser: boolean): readonly CompliancePolicy[] {
    let byKind = this.#assigned.get(groupIds);
    if (byKind === undefined) this.#assigned.set(groupIds, (byKind = new Map()));
    const key = keyOfPolicies(device, hasUser);
    let assigned = byKind.get(key);
    if (assigned === undefined)
      byKind.set(key, (assigned = assignedPolicies(this.#compliancePolicies, device, groupIds, hasUser)));
    return assigned;
  }

  assignedPhonePolicies(groupIds: readonly string[], hasUser: boolean): readonly CompliancePolicy[] {
    return assignedPhonePolicies(this.#compliancePolicies, groupIds, hasUser);
  }

  // ---- deriving

  #livingConnectors(): ReadonlyMap<string, Connector> {
    const statuses = this.all(connectorStatusDocument);
    return new Map(
      [...this.all(connectorDocument)].map(([id, connector]) => [
        id,
        { ...connector, ...this.#parts.pulses.get(id), ...lifeOf(statuses.get(id)) },
      ]),
    );
  }

  #namesOfApplications(): ReadonlyMap<string, NamedThing> {
    return new Map(
      [...this.all(applicationDocument).values()].flatMap((application) =>
        application.names.map((name) => [name, application] as const),
      ),
    );
  }
}

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Of devices that have the same policies, if they are in the same groups. Nearly always the text that is there already. */
function keyOfPolicies({ platform, androidManagement }: DeviceFacts, hasUser: boolean): string {
  const kind = androidManagement === undefined ? platform : `${platform} ${androidManagement}`;
  return hasUser ? kind : `${kind} without user`;
}
