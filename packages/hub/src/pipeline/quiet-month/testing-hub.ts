import type { DocumentKind } from '../../store/documents.ts';
import type { IncomingReport } from '../ports.ts';
import type { TestPipeline } from '../testing.ts';
import { groupOf, mailOf, managedDevice, MINIMUM, SILENT_RULES, userId, type Made } from './testing-fleet.ts';
import { CONNECTORS, type Sink } from './testing-vendors.ts';

/** The hub of the quiet month: its policies, and how the world's words come in. */

const ACTOR = 'test';
const AT_ONCE = 1_000;
const DAY = 86_400_000;
const ALL_DEVICES = [{ target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } }];
const AT_ONCE_NONCOMPLIANT = [{ scheduledActionConfigurations: [{ actionType: 'block', gracePeriodHours: 0 }] }];

const POLICY_TYPES = {
  android: 'androidCompliancePolicy',
  iOS: 'iosCompliancePolicy',
  windows: 'windows10CompliancePolicy',
  macOS: 'macOSCompliancePolicy',
} as const;

/** On iPhones, missing data of Lookout closes: but for the brake, a new word of Lookout's would close them all. */
const TOGGLES = {
  lookout: { androidEnabled: true, iosEnabled: true, iosDeviceBlockedOnMissingPartnerData: true },
  defender: { androidEnabled: true, iosEnabled: true, windowsEnabled: true },
  jamf: { iosEnabled: true, macEnabled: true },
  serials: { androidEnabled: true },
} as const;

/** Policies for four platforms that allow "low", the connectors, and for each group of people a rule for silent partners. */
export async function furnishMonth(hub: TestPipeline, people: number): Promise<void> {
  const at = hub.clock.now();
  await hub.configuration.write(ACTOR, async (tx, changed) => {
    const put = async (kind: DocumentKind, id: string, body: Record<string, unknown>): Promise<void> => {
      await tx.documents.put(kind, id, body, at);
      changed({ kind, id, after: body });
    };
    for (const [name, toggles] of Object.entries(TOGGLES)) {
      await put('mobileThreatDefenseConnector', CONNECTORS[name as keyof typeof TOGGLES], {
        ...toggles,
        partnerUnresponsivenessThresholdInDays: 7,
        partnerDisplayName: name,
      });
    }
    for (const [platform, type] of Object.entries(POLICY_TYPES)) {
      await put('deviceCompliancePolicy', type, {
        '@odata.type': `#microsoft.graph.${type}`,
        displayName: platform,
        osMinimumVersion: MINIMUM[platform as keyof typeof MINIMUM],
        deviceThreatProtectionEnabled: true,
        deviceThreatProtectionRequiredSecurityLevel: 'low',
        assignments: ALL_DEVICES,
        scheduledActionsForRule: AT_ONCE_NONCOMPLIANT,
      });
    }
    for (let person = 0; person < people; person += 1) {
      await put('user', userId(person), {
        userPrincipalName: mailOf(person),
        displayName: `Person ${person}`,
        accountEnabled: true,
      });
    }
    for (const [i, silentPartner] of SILENT_RULES.entries()) {
      const groupId = groupOf(silentPartner);
      await tx.members.add(
        groupId,
        Array.from({ length: people }, (_, person) => person)
          .filter((person) => person % SILENT_RULES.length === i)
          .map(userId),
      );
      await put('group', groupId, { displayName: silentPartner });
      await put('mergeRule', silentPartner, {
        platform: null,
        groupId,
        priority: i + 1,
        method: 'strictest',
        silentPartner,
      });
    }
  });
}

/** `mark`: what the hub notes of a device that registers now, which none of the first fleet does. */
export function intoHub(hub: TestPipeline, mark: Readonly<Record<string, unknown>> = {}): Sink {
  const marked = new Set<string>();
  return {
    async report(connectorId, signals) {
      const reports = signals.map(
        (signal): IncomingReport => ({
          signal,
          row: { connectorId, reportId: signal.reportId, observedAt: signal.observedAt, format: 'test', raw: '{}' },
        }),
      );
      for (let i = 0; i < reports.length; i += AT_ONCE)
        await hub.intake.take(connectorId, reports.slice(i, i + AT_ONCE));
    },
    alive: (connectorId) => hub.intake.heartbeat(connectorId),
    async register(device) {
      const at = hub.clock.now();
      if (at - device.enrolledAt < DAY) marked.add(device.id);
      await hub.devices.put(ACTOR, {
        id: device.id,
        createdAt: at,
        modifiedAt: at,
        resource: { ...managedDevice(device), ...(marked.has(device.id) && mark) },
      });
    },
    provision: (connectorId, provisioned) => hub.provisioning.provision(connectorId, provisioned),
  };
}

export function hasAccess(hub: TestPipeline, device: Made): boolean {
  const state = hub.decider.view.posture(device.id)?.complianceState;
  return state === 'compliant' || state === 'inGracePeriod';
}
