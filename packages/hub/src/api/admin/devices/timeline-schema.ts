import { THREAT_CATEGORIES, type Reason, type ThreatCategory } from '@sallyport/core';
import { z } from 'zod';
import { connectorOfReport } from '../../../pipeline/forget-partner.ts';
import { isoTime } from '../../../platform/clock.ts';
import type { HistoryEvent, StoredHistory, StoredReport } from '../../../store/store.ts';
import { nextCursor } from '../../../http/cursor.ts';
import type { PartnerNames } from '../partners/partner-names.ts';

const dateTime = z.string().describe('When the hub heard of it, or noticed it.');
const connectorId = z.string();
const partner = z.string().describe('What people know the partner of the connector by; its id where it has no name.');
const from = z.string().nullable().describe('null: nothing before.');

const findingEvent = (kind: 'findingOpened' | 'findingChanged' | 'findingResolved' | 'findingNoted') =>
  z.object({
    kind: z.literal(kind),
    dateTime,
    connectorId,
    partner,
    reportId: z.string(),
    findingId: z.string(),
    type: z.string(),
    category: z.enum(THREAT_CATEGORIES as [ThreatCategory]),
    severity: z.string().nullable(),
    title: z.string().nullable(),
  });

const timelineEntry = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('report'),
    dateTime,
    connectorId,
    partner,
    reportId: z.string(),
    observedDateTime: z.string(),
    status: z.string().describe('accepted, or late when something newer was known.'),
    flag: z.string().nullable(),
  }),
  z.object({
    kind: z.literal('levelChanged'),
    dateTime,
    connectorId,
    partner,
    reportId: z.string(),
    from,
    to: z.string(),
  }),
  z.object({
    kind: z.literal('mergedLevelChanged'),
    dateTime,
    from,
    to: z.string(),
    causedBy: z
      .array(z.object({ connectorId, partner }))
      .optional()
      .describe(
        'Partners whose words changed with it. Empty: none did; a merge rule or a connector was changed, the device came into another group, or a partner fell silent or was heard again. Absent: written before the hub kept it.',
      ),
  }),
  z.object({
    kind: z.literal('complianceChanged'),
    dateTime,
    from,
    to: z.string(),
    reasons: z
      .array(z.custom<Reason & { readonly partner?: string }>().meta({ type: 'object' }))
      .describe('Why the device is not simply compliant. One that names a `connectorId` has its `partner`, too.'),
  }),
  z.object({
    kind: z.literal('partnersDisagree'),
    dateTime,
    views: z.array(z.object({ connectorId, partner, state: z.string() })).describe('What each of them says.'),
  }),
  z.object({ kind: z.literal('partnersAgree'), dateTime }),
  z.object({
    kind: z.literal('identityConflictStarted'),
    dateTime,
    partners: z
      .array(z.object({ connectorId, partner }))
      .describe(
        'Partners with two records of the phone, of which the older one reports worse: an app that was installed again, or two phones that claim to be one.',
      ),
  }),
  z.object({ kind: z.literal('identityConflictEnded'), dateTime }),
  z.object({
    kind: z.literal('holdStarted'),
    dateTime,
    views: z
      .array(z.object({ connectorId, partner, reportId: z.string(), state: z.string() }))
      .describe('Bad news that may be about this device or about another, and closes this one until it is settled.'),
  }),
  z.object({ kind: z.literal('holdEnded'), dateTime }),
  z.object({
    kind: z.literal('partnerRemoved'),
    dateTime,
    connectorId,
    partner,
    from: z
      .string()
      .describe(
        'What it had last said; that counts no more, because its connector was deleted or goes on with another vendor.',
      ),
  }),
  z.object({
    kind: z.literal('superseded'),
    dateTime,
    deviceId: z.string().describe('The record that superseded this one: the phone was enrolled again.'),
  }),
  z.object({
    kind: z.literal('supersedes'),
    dateTime,
    deviceId: z.string().describe('The older record of the same phone. Its bad news counts here until it ends.'),
  }),
  z.object({
    kind: z.literal('reinstated'),
    dateTime,
    deviceId: z.string().describe('The record that superseded this one until now.'),
  }),
  findingEvent('findingOpened'),
  findingEvent('findingChanged'),
  findingEvent('findingResolved'),
  findingEvent('findingNoted'),
]);

export type TimelineEntry = z.infer<typeof timelineEntry>;

export const timelineList = z.object({ value: z.array(timelineEntry), nextCursor });

export function ofReport(
  { connectorId: origin, reportId, observedAt, receivedAt, status, flag }: StoredReport,
  nameOf: PartnerNames,
): TimelineEntry {
  const connectorId = connectorOfReport(origin);
  return {
    kind: 'report',
    dateTime: isoTime(receivedAt),
    connectorId,
    partner: nameOf(connectorId),
    reportId,
    observedDateTime: isoTime(observedAt),
    status,
    flag,
  };
}

export function ofHistory({ at, event }: StoredHistory, nameOf: PartnerNames): TimelineEntry {
  const { kind, ...rest } = withNames(event, nameOf);
  return { kind, dateTime: isoTime(at), ...rest } as TimelineEntry;
}

/** With the partner's name beside each id of a connector. */
function withNames(event: HistoryEvent, nameOf: PartnerNames) {
  const named = <T extends { readonly connectorId?: string | undefined }>(one: T) =>
    one.connectorId === undefined ? one : { ...one, partner: nameOf(one.connectorId) };
  switch (event.kind) {
    case 'mergedLevelChanged': {
      const { causedBy, ...rest } = event;
      return causedBy === undefined
        ? rest
        : { ...rest, causedBy: causedBy.map((connectorId) => named({ connectorId })) };
    }
    case 'complianceChanged':
      return { ...event, reasons: event.reasons.map(named) };
    case 'identityConflictStarted': {
      const { connectorIds, ...rest } = event;
      return { ...rest, partners: connectorIds.map((connectorId) => named({ connectorId })) };
    }
    case 'partnersDisagree':
    case 'holdStarted':
      return { ...event, views: event.views.map(named) };
    case 'partnersAgree':
    case 'identityConflictEnded':
    case 'holdEnded':
    case 'superseded':
    case 'supersedes':
    case 'reinstated':
      return event;
    default:
      return named(event);
  }
}
