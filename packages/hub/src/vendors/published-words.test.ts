import { describe, expect, test } from 'vitest';
import { categoryOf } from '@sallyport/core';
import { sample } from '@sallyport/simulators/samples';
import { vendorById } from './registry.ts';

const AT = '2026-03-02T08:00:00Z';
const NOW = Date.parse('2026-03-02T09:00:00Z');

/** As far as a reader asks for one. */
const SETTINGS = { atRiskLevel: 'medium', notActive: 'unavailable', webhookSecret: 's'.repeat(24) };

type Record = Readonly<{ [name: string]: unknown }>;
/** A record of the vendor that holds the word. */
type RecordWith = (word: string) => Record;

const listed = (device: Record): Record => ({ takenAt: AT, device });
const lookoutDevice = (status: Record, change_type = 'UPDATED'): Record => ({
  id: 'e',
  type: 'DEVICE',
  change_type,
  created_time: AT,
  device: { guid: 'd', status },
});
const lookoutThreat = (threat: Record): Record => ({
  id: 'e',
  type: 'THREAT',
  created_time: AT,
  target: { guid: 'd' },
  threat: { guid: 't', status: 'OPEN', severity: 'LOW', type: 'OS', ...threat },
});
const checkPointAlert = (more: Record): Record => ({
  id: 1,
  device_id: '1',
  threat_factors: 'x',
  event: 'Detected',
  severity: 'LOW',
  backend_last_updated: AT,
  ...more,
});
const machine = (more: Record): Record => listed({ id: 'm', riskScore: 'None', ...more });
const zimperiumDevice = (more: Record): Record => listed({ id: 'z', riskPostureName: 'NORMAL', ...more });
const zimperiumThreat = (more: Record): Record => ({
  threat_uuid: 't',
  threat_name: 'X',
  zdevice_id: 'z',
  device_time: NOW,
  threat_status: 'Pending',
  severity_name: 'LOW',
  ...more,
});
const sepIncident = (more: Record): Record => ({
  id: 1,
  type: 'Malware',
  event_type: 'incident_created',
  severity: 'Low',
  timestamp: AT,
  device: { id: 'd' },
  ...more,
});
const betterRow = (table: string, row: Record): Record => ({
  table,
  row: { DeviceUDID: '00008030-001A2D3E4F50002E', ...row },
  writtenAt: AT,
});
const jamfEvent = (more: Record): Record => ({
  event: {
    alertId: 'a',
    timestamp: AT,
    device: { deviceId: 'g' },
    eventType: { name: 'JAILBREAK' },
    action: 'Detected',
    severity: 6,
    ...more,
  },
});
const sophosDevice = (more: Record): Record =>
  listed({ id: 's', healthState: { state: 'green' }, managedState: 'managed', ...more });
const sophosEvent = (more: Record): Record => ({
  id: 'e',
  endpoint_type: 'mobile',
  endpoint_id: 's',
  type: 'Event::Endpoint::Threat::Detected',
  severity: 'high',
  name: 'Malware: X',
  when: AT,
  ...more,
});
const pradeoDevice = (more: Record): Record =>
  listed({ id: 'd', riskLevel: null, securityStatus: null, agentStatus: 'online', ...more });
const pradeoEvent = (content: Record): Record => ({ id: 'e', creationDate: AT, type: 'ByItsContent', content });
const pradeoCorrelation = (more: Record): Record =>
  pradeoEvent({
    deviceCorrelation: {
      status: 'done',
      applicationThreatLevel: 'Green',
      systemThreatLevel: 'Green',
      networkThreatLevel: 'Green',
      device: { id: 'd', enrollmentStatus: { coupled: true } },
      ...more,
    },
  });
const pradeoStatus = (name: string): Record =>
  pradeoEvent({ deviceSystemStatusRecord: { deviceSystemStatus: { name }, value: 1, device: { id: 'd' } } });

/** Where each list of the sample `published-words.json` stands in a record. */
const PLACES: Readonly<{ [vendor: string]: Readonly<{ [list: string]: RecordWith }> }> = {
  lookout: {
    securityStatus: (security_status) => lookoutDevice({ security_status }),
    activationStatus: (activation_status) => lookoutDevice({ activation_status, security_status: 'SECURE' }),
    protectionStatus: (protection_status) => lookoutDevice({ protection_status, security_status: 'SECURE' }),
    changeTypes: (change) => lookoutDevice({ security_status: 'SECURE' }, change),
    threatActions: (action) => ({
      id: 'e',
      type: 'THREAT',
      eventTime: AT,
      target: { id: 'd' },
      details: { id: 't', action, severity: 'LOW', type: 'OS' },
    }),
    threatStatus: (status) => lookoutThreat({ status }),
    severities: (severity) => lookoutThreat({ severity }),
    threatTypes: (type) => lookoutThreat({ type }),
  },
  'check-point': {
    events: (event) => checkPointAlert({ event }),
    severities: (severity) => checkPointAlert({ severity }),
    deviceStatus: (status) => listed({ internal_id: '1', status, risk: '0' }),
    risks: (risk) => listed({ internal_id: '1', status: '1', risk }),
  },
  'microsoft-defender': {
    riskScores: (riskScore) => machine({ riskScore }),
    healthStatus: (healthStatus) => machine({ healthStatus }),
    onboardingStatus: (onboardingStatus) => machine({ onboardingStatus }),
  },
  zimperium: {
    postures: (riskPostureName) => zimperiumDevice({ riskPostureName }),
    severities: (severity_name) => zimperiumThreat({ severity_name }),
    threatStatus: (threat_status) => zimperiumThreat({ threat_status }),
    incidentStatus: (incident_status) => ({
      incident_id: 'i',
      incident_status,
      incident_created_date: AT,
      related_threats: [{ threat_id: 't', threat_severity: 'LOW', threat_status: 'Pending' }],
    }),
    appStatus: (appStatus) => zimperiumDevice({ appStatus }),
  },
  symantec: {
    deviceStatus: (device_status) => listed({ id: 'd', device_type: 'MOBILE', device_status }),
    deviceTypes: (device_type) => listed({ id: 'd', device_type, device_status: 'SECURE' }),
    severities: (severity) => sepIncident({ severity }),
    incidentTypes: (type) => sepIncident({ type }),
  },
  jamf: {
    eventTypes: (name) => jamfEvent({ eventType: { name } }),
    actions: (action) => jamfEvent({ action }),
    severities: (severity) => jamfEvent({ severity }),
    riskCategories: (riskCategory) => listed({ guid: 'g', riskCategory }),
  },
  sophos: {
    healthStates: (state) => sophosDevice({ healthState: { state } }),
    managedStates: (managedState) => sophosDevice({ managedState }),
    complianceSeverities: (severity) => sophosDevice({ compliance: { compliant: false, severity } }),
    severities: (severity) => sophosEvent({ severity }),
    eventTypes: (type) => sophosEvent({ type }),
  },
  pradeo: {
    riskLevels: (riskLevel) => pradeoDevice({ riskLevel }),
    securityStatus: (securityStatus) => pradeoDevice({ securityStatus }),
    agentStatus: (agentStatus) => pradeoDevice({ agentStatus }),
    colours: (networkThreatLevel) => pradeoCorrelation({ networkThreatLevel }),
    correlations: (status) => pradeoCorrelation({ status }),
    verdicts: (status) => pradeoEvent({ deviceCompliance: { status, device: { id: 'd' } } }),
    detections: (status) => ({ ...pradeoEvent({ id: 'd', metric: 'match_root', status }), type: 'DeviceDetection' }),
    statuses: (name) => pradeoStatus(name),
    radios: (name) => pradeoStatus(name),
  },
  better: {
    threatLevels: (ThreatLevel) => betterRow('device', { ThreatLevel }),
    severities: (ThreatSeverity) => betterRow('incident', { ThreatId: 1, Status: 'active', ThreatSeverity }),
  },
};

/** Published words that say nothing of a device's health: no signal comes of them. */
const SILENT: Readonly<{ [vendor: string]: readonly string[] }> = {
  'check-point': ['Policy changed'],
  symantec: ['NOT_COMPUTED', 'WORKSTATION', 'SERVER'],
  pradeo: ['NotYetAvailable', 'Bluetooth', 'NFC', 'GPS', 'VPN'],
  /** Of enrolment, commands, certificates and mail. */
  sophos: [
    'Event::Endpoint::Mobile::Added',
    'Event::Endpoint::Mobile::Enrolled',
    'Event::Endpoint::Mobile::EnrolledNewApp',
    'Event::Endpoint::Mobile::EasDataMissing',
    'Event::Endpoint::Mobile::PlaceholderMissing',
    'Event::Endpoint::Mobile::Action::Succeeded',
    'Event::Endpoint::Mobile::Action::Failed',
    'Event::Endpoint::Mobile::Action::Cancelled',
    'Event::Endpoint::Mobile::Action::Skipped',
    'Event::Endpoint::Smc::DeviceTemThresholdExceeded',
    'Event::Endpoint::Smc::Uem::EnrollmentFailed',
    'Event::Smc::AfwNotEnrolled',
    'Event::Smc::DepRequiresAcceptingTermsOfUse',
    'Event::Mobile::ApnsCertificateExpired',
    'Event::Mobile::ApnsCertificateRenewed',
    'Event::Mobile::ApnsCertificateRevoked',
    'Event::Mobile::UserEmailMissing',
  ],
};

/** Lists of kinds of threats, each of which has a category, and so advice for the user. */
const KINDS: Readonly<{ [vendor: string]: readonly string[] }> = {
  lookout: ['threatTypes'],
  symantec: ['incidentTypes'],
  jamf: ['eventTypes'],
  pradeo: ['statuses', 'radios'],
};

type Published = { readonly sources: Readonly<{ [list: string]: string }> } & Readonly<{
  [list: string]: readonly string[];
}>;

function published(vendor: string): Published {
  return JSON.parse(sample(`${vendor}/published-words.json`)) as Published;
}

describe.each(Object.keys(PLACES))('the published words of %s', (id) => {
  const { sources, ...lists } = published(id);
  const words = Object.entries(lists as { [list: string]: readonly string[] }).flatMap(([list, all]) =>
    all.map((word) => [list, word] as const),
  );

  test('each have a source and a place in a record', () => {
    expect(Object.keys(sources).sort()).toEqual(Object.keys(lists).sort());
    expect(Object.keys(PLACES[id] ?? {}).sort()).toEqual(Object.keys(lists).sort());
  });

  test.each(words)('%s %s is understood', (list, word) => {
    const vendor = vendorById(id);
    const signals = vendor?.normalise(PLACES[id]?.[list]?.(word), vendor.connectorId, NOW, SETTINGS) ?? [];
    expect(signals.map(({ flag, unknownTerms }) => [flag, unknownTerms])).toEqual(
      SILENT[id]?.includes(word) ? [] : [[undefined, undefined]],
    );
    if (signals.length > 0 && KINDS[id]?.includes(list))
      expect(categoryOf(vendor?.categories, word)).not.toBe('unclassified');
  });

  test.each(
    Object.keys(lists).filter(
      (list) => !['changeTypes', 'deviceTypes', 'eventTypes', ...(KINDS[id] ?? [])].includes(list),
    ),
  )('a word that %s does not have is listed', (list) => {
    const vendor = vendorById(id);
    const signals = vendor?.normalise(PLACES[id]?.[list]?.('UNHEARD OF'), vendor.connectorId, NOW, SETTINGS) ?? [];
    expect(signals.flatMap(({ unknownTerms }) => unknownTerms ?? [])).toMatchObject([{ value: 'UNHEARD OF' }]);
    expect(signals.map(({ state }) => state)).not.toContain('secured');
  });
});
