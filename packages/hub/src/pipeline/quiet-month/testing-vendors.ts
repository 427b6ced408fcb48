import type { FindingReport, Level, Signal } from '@sallyport/core';
import { normaliseJamf } from '../../vendors/jamf/normalise.ts';
import { readDevice } from '../../vendors/jamf/wire.ts';
import { KeptDeviceList } from '../../vendors/kit/kept-device-list.ts';
import { normaliseLookout } from '../../vendors/lookout/normalise.ts';
import { NewestMachines } from '../../vendors/microsoft-defender/newest-machines.ts';
import { normaliseDefender } from '../../vendors/microsoft-defender/normalise.ts';
import { readMachine } from '../../vendors/microsoft-defender/wire.ts';
import type { Feed } from '../../vendors/vendor.ts';
import { fingerprint, type WireRecord } from '../../vendors/kit/wire-read.ts';
import type { Kind, Made } from './testing-fleet.ts';

/** What vendors' consoles hold of the fleet, and how each hands it to the hub. */

export type VendorName = 'lookout' | 'defender' | 'jamf' | 'serials';

export const CONNECTORS: Readonly<Record<VendorName, string>> = {
  lookout: '2c7790de-8b02-4814-85cf-e0c59380dee8',
  defender: 'fc780465-2017-40d4-a0c5-307022471b92',
  jamf: '1f58d6d2-02cc-4c80-b008-1bfe7396a10a',
  // Uses the partner API, and names devices by their serial numbers alone.
  serials: '08a8455c-48dd-45ff-ad82-7211355354f3',
};

/** The platforms for which each connector is switched on; a system with an unknown name may be a phone of any. */
export const PLATFORMS: Readonly<Record<VendorName, readonly Kind[]>> = {
  lookout: ['android', 'iOS', 'unknown'],
  defender: ['android', 'iOS', 'windows', 'unknown'],
  jamf: ['iOS', 'macOS', 'unknown'],
  serials: ['android', 'unknown'],
};

export type App = 'works' | 'off' | 'lost';

/** A vendor's record of a device: one installation of its app. */
export interface Entry {
  readonly vendor: VendorName;
  readonly id: string;
  readonly device: Made;
  readonly createdAt: number;
  /** Lookout: whether the app was handed the id of the device management; else it names the person alone. */
  readonly isTied: boolean;
  level: Level;
  app: App;
  /** An administrator accepted the risk: its finding is open, and the level is secured. */
  accepted: boolean;
  /** Another installation took its place. */
  isFormer: boolean;
  /** Taken out of the vendor's list. */
  isRemoved: boolean;
  lastSeen: number;
  /** An attacker's doing: the vendor reports a good level and a protection word that nobody knows. */
  isSilenced: boolean;
  /** When the hub first heard of it: from then on older entries of the device are silent. */
  firstToldAt: number | undefined;
  /** What the hub was last told, and when. `isLevel`: a level that it understands was ever among it. */
  told:
    | {
        readonly level: Level;
        readonly app: App;
        readonly at: number;
        readonly isLevel: boolean;
        readonly levelBefore?: Level | undefined;
      }
    | undefined;
  findingNo: number;
}

export interface Sink {
  report(connectorId: string, signals: readonly Signal[]): Promise<void>;
  /** The vendor answered, though it may have had nothing to report. */
  alive(connectorId: string): Promise<void>;
  register(device: Made): Promise<void>;
  provision(connectorId: string, provisioned: boolean): Promise<void>;
}

/** A name for the next report: the same in every run. */
export type NextId = () => string;

const LOOKOUT_LEVEL: Readonly<Record<Level, string>> = {
  secured: 'SECURE',
  low: 'THREATS_LOW',
  medium: 'THREATS_MEDIUM',
  high: 'THREATS_HIGH',
};

/** Lookout leaves out the security status where its app does not work. `protection` is what it reports in place of PROTECTED. */
export function lookoutEvents(
  entry: Entry,
  at: number,
  before: Level,
  nextId: NextId,
  protection = 'PROTECTED',
): Signal[] {
  const { id, device, level, app, isTied, isSilenced } = entry;
  const posture = {
    id: nextId(),
    type: 'DEVICE',
    change_type: 'UPDATED',
    created_time: iso(at + 2_000),
    target: { guid: id, type: 'DEVICE' },
    device: {
      guid: id,
      info: { email: device.mail, ...(isTied && { external_id: device.id }) },
      status: {
        ...(app === 'works' && { security_status: LOOKOUT_LEVEL[isSilenced ? 'secured' : level] }),
        activation_status: app === 'off' ? 'DEACTIVATED' : 'ACTIVATED',
        protection_status: isSilenced ? 'GUARDED' : app === 'lost' ? 'UNREACHABLE' : protection,
      },
    },
  };
  const threat =
    level === before || isSilenced
      ? []
      : [
          lookoutThreat(
            entry,
            at,
            nextId,
            level === 'secured' ? 'RESOLVED' : 'OPEN',
            level === 'secured' ? before : level,
          ),
        ];
  return [...threat, posture].flatMap((raw) => normaliseLookout(raw, CONNECTORS.lookout, at));
}

function lookoutThreat(
  { id, findingNo }: Entry,
  at: number,
  nextId: NextId,
  status: string,
  severity: Level,
): Record<string, unknown> {
  return {
    id: nextId(),
    type: 'THREAT',
    change_type: 'UPDATED',
    created_time: iso(at),
    target: { guid: id, type: 'DEVICE' },
    threat: {
      guid: `${id} ${findingNo}`,
      status,
      severity: severity.toUpperCase(),
      type: 'APPLICATION',
      classifications: ['SIDELOADED_APP'],
    },
  };
}

/** An accepted risk is mentioned again though nothing has changed: as ignored, or as open beside a status that is secure. */
export function lookoutMentions(entry: Entry, at: number, nextId: NextId): readonly Signal[] {
  const isIgnored = entry.device.n % 2 === 0;
  const threat = lookoutThreat(entry, at, nextId, isIgnored ? 'IGNORED' : 'OPEN', 'high');
  const status = { security_status: 'SECURE', activation_status: 'ACTIVATED', protection_status: 'PROTECTED' };
  return normaliseLookout(
    isIgnored ? threat : { ...threat, device: { guid: entry.id, status } },
    CONNECTORS.lookout,
    at,
  );
}

const STATES = { secured: 'secured', low: 'lowSeverity', medium: 'mediumSeverity', high: 'highSeverity' } as const;

export function serialsReport(entry: Entry, at: number, before: Level, nextId: NextId): Signal {
  const { id, device, level, app, accepted, findingNo } = entry;
  const finding = (state: 'open' | 'resolved', severity: Level): FindingReport => ({
    id: `${id} ${findingNo}`,
    type: 'sideloaded',
    state,
    ...(severity !== 'secured' && { severity }),
  });
  const findings = accepted
    ? [finding('open', 'high')]
    : level !== 'secured'
      ? [finding('open', level)]
      : before !== 'secured'
        ? [finding('resolved', before)]
        : [];
  return {
    connectorId: CONNECTORS.serials,
    reportId: nextId(),
    observedAt: at,
    findings,
    state: app === 'off' ? 'deactivated' : app === 'lost' ? 'unresponsive' : STATES[level],
    keys: [
      { type: 'vendorDeviceId', value: id },
      { type: 'serialNumber', value: device.serial },
    ],
  };
}

const DEFENDER_RISK: Readonly<Record<Level, string>> = { secured: 'None', low: 'Low', medium: 'Medium', high: 'High' };

function machineOf({ id, device, level, app, lastSeen, isFormer }: Entry): Record<string, unknown> {
  return {
    id,
    aadDeviceId: device.entraId,
    riskScore: DEFENDER_RISK[level],
    healthStatus: app === 'off' ? 'NoSensorData' : app === 'lost' || isFormer ? 'Inactive' : 'Active',
    onboardingStatus: 'Onboarded',
    lastSeen: iso(lastSeen),
  };
}

function jamfDeviceOf({ id, device, level }: Entry): Record<string, unknown> {
  return {
    guid: id,
    externalId: device.id,
    riskCategory: level === 'secured' ? 'SECURE' : level.toUpperCase(),
    user: { email: device.mail },
  };
}

/** A vendor whose whole list is read, as its connection reads it. */
export class ListVendor {
  readonly #vendor: 'defender' | 'jamf';
  readonly #list: KeptDeviceList;
  readonly #newest = new NewestMachines(undefined);

  constructor(vendor: 'defender' | 'jamf') {
    this.#vendor = vendor;
    this.#list = new KeptDeviceList(
      vendor === 'jamf' ? { wordsOf: jamfWords, tellsRemoved: true } : { wordsOf: defenderWords, tellsRemoved: false },
      undefined,
    );
  }

  async poll(entries: readonly Entry[], at: number, sink: Sink): Promise<void> {
    const feed = feedOf((records) =>
      sink.report(
        CONNECTORS[this.#vendor],
        records.flatMap((record) => this.#read(record, at)),
      ),
    );
    const devices = this.#vendor === 'jamf' ? entries.map(jamfDeviceOf) : this.#newest.among(entries.map(machineOf));
    await this.#list.tell(feed, devices, at, () => Promise.resolve());
    await this.#list.endRound(feed);
  }

  #read(raw: unknown, at: number): readonly Signal[] {
    return this.#vendor === 'jamf'
      ? normaliseJamf(raw, CONNECTORS.jamf, at)
      : normaliseDefender(raw, CONNECTORS.defender, at, {});
  }
}

function defenderWords(raw: WireRecord): { id: string; words: string } | undefined {
  const { id, risk, health, onboarding, lastSeen } = readMachine(raw);
  return id === undefined ? undefined : { id, words: fingerprint(risk, health, onboarding, lastSeen) };
}

function jamfWords(raw: WireRecord): { id: string; words: string; phone: string | undefined } | undefined {
  const { id, risk, keys } = readDevice(raw);
  return id === undefined
    ? undefined
    : { id, words: fingerprint(risk, keys), phone: keys.find(({ type }) => type === 'managedDeviceId')?.value };
}

function feedOf(take: (records: readonly unknown[]) => Promise<void>): Feed {
  return {
    signal: new AbortController().signal,
    take,
    alive: () => Promise.resolve(),
    knows: () => true,
    devicesWithNewFindings: () => [],
    cursor: { get: () => Promise.resolve(undefined), set: () => Promise.resolve() },
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
