import type { Instant, Signal } from '@sallyport/core';
import { categoryOf } from '@sallyport/core';
import { readTime } from '../field-map/read-time.ts';
import { parseIsoInstant } from '../kit/iso-instant.ts';
import type { WireRecord } from '../kit/wire-read.ts';
import { word } from '../kit/wire-read.ts';
import { JAMF_CATEGORIES } from './categories.ts';
import { normaliseJamf } from './normalise.ts';

/**
 * Where the members of an event of the Threat Events Stream stand in its CEF form. `GUID`, `DeviceId`, `UserEmail` and `ACT` are
 * Jamf's published names (learn.jamf.com, Access Events Stream Dictionary, a stream of the same family); of the others
 * the usual names are tried. Keys are compared without regard to case.
 */
const MEMBERS = {
  alertId: ['alertid', 'externalid'],
  timestamp: ['rt', 'timestamp', 'end', 'start', 'syslogtime'],
  guid: ['guid'],
  externalId: ['deviceid'],
  email: ['useremail', 'suser', 'duser'],
  description: ['eventtypedescription', 'description', 'msg'],
  appId: ['appid', 'app_id'],
  appName: ['appname', 'app'],
  destination: ['destinationname', 'dhost'],
  destinationIp: ['destinationip', 'dst'],
  url: ['eventurl', 'request'],
  action: ['act', 'action'],
  severity: ['severity'],
  eventTypes: ['eventtype', 'eventname', 'eventtypename', 'name', 'deviceeventclassid'],
} as const;

/** One event in CEF, as `readCefLine` reads it: the same event as in JSON, with the same meaning. */
export function normaliseJamfCef(record: WireRecord, connectorId: string, receivedAt: Instant): readonly Signal[] {
  return normaliseJamf({ event: eventOf(record) }, connectorId, receivedAt).map((signal) => ({
    ...signal,
    findings: signal.findings.map((finding) => ({ ...finding, category: categoryOf(JAMF_CATEGORIES, finding.type) })),
  }));
}

function eventOf(record: WireRecord): WireRecord {
  const values = new Map(Object.entries(record).map(([key, value]) => [key.toLowerCase(), value]));
  const all = (keys: readonly string[]): readonly unknown[] =>
    keys.map((key) => values.get(key)).filter((value) => word(value) !== undefined);
  const first = (member: keyof typeof MEMBERS): unknown => all(MEMBERS[member])[0];
  return {
    alertId: first('alertId'),
    timestamp: isoTime(first('timestamp')),
    severity: first('severity'),
    action: first('action'),
    eventUrl: first('url'),
    device: { deviceId: first('guid'), externalId: first('externalId') },
    user: { email: first('email') },
    eventType: { name: nameAmong(all(MEMBERS.eventTypes)), description: first('description') },
    app: { id: first('appId'), name: first('appName') },
    destination: { name: first('destination'), ip: first('destinationIp') },
  };
}

/** The published event type, wherever the message has it; else what the header calls the event. */
function nameAmong(candidates: readonly unknown[]): unknown {
  return candidates.find((candidate) => Object.hasOwn(JAMF_CATEGORIES.words, word(candidate) ?? '')) ?? candidates[0];
}

/** Milliseconds since 1970, CEF's own form or ISO 8601; without a zone it is nobody's. */
function isoTime(value: unknown): string | undefined {
  const at = readTime(value, 'cef') ?? (typeof value === 'string' ? parseIsoInstant(value.trim()) : undefined);
  return at === undefined ? undefined : new Date(at).toISOString();
}
