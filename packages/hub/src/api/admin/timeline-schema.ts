import { THREAT_CATEGORIES, type Reason, type ThreatCategory } from '@sallyport/core';
import { z } from 'zod';
import { connectorOfReport } from '../../pipeline/forget-partner.ts';
import { isoTime } from '../../platform/clock.ts';
import type { HistoryEvent, StoredHistory, StoredReport } from '../../store/store.ts';
import { nextCursor } from './cursor.ts';

const dateTime = z.string().describe('When the hub heard of it, or noticed it.');
const from = z.string().nullable().describe('null: nothing before.');

const findingEvent = (kind: 'findingOpened' | 'findingChanged' | 'findingResolved' | 'findingNoted') => z.object({
  kind: z.literal(kind), dateTime, connectorId: z.string(), reportId: z.string(), findingId: z.string(), type: z.string(),
  category: z.enum(THREAT_CATEGORIES as [ThreatCategory]), severity: z.string().nullable(), title: z.string().nullable(),
});

export const timelineEntry = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('report'), dateTime, connectorId: z.string(), reportId: z.string(), observedDateTime: z.string(),
    status: z.string().describe('accepted, or late when something newer was known.'), flag: z.string().nullable(),
  }),
  z.object({ kind: z.literal('levelChanged'), dateTime, connectorId: z.string(), reportId: z.string(), from, to: z.string() }),
  z.object({ kind: z.literal('mergedLevelChanged'), dateTime, from, to: z.string() }),
  z.object({
    kind: z.literal('complianceChanged'), dateTime, from, to: z.string(),
    reasons: z.array(z.custom<Reason>().meta({ type: 'object' })).describe('Why the device is not simply compliant.'),
  }),
  z.object({
    kind: z.literal('partnersDisagree'), dateTime, views: z.array(z.object({ connectorId: z.string(), state: z.string() })).describe('What each of them says.'),
  }),
  z.object({ kind: z.literal('partnersAgree'), dateTime }),
  z.object({ kind: z.literal('partnerRemoved'), dateTime, connectorId: z.string(), from: z.string().describe('What it had last said; that counts no more, because its connector was deleted or goes on with another vendor.') }),
  findingEvent('findingOpened'), findingEvent('findingChanged'), findingEvent('findingResolved'), findingEvent('findingNoted'),
]);

export type TimelineEntry = z.infer<typeof timelineEntry>;

export const timelineList = z.object({ value: z.array(timelineEntry), nextCursor });

export function ofReport({ connectorId, reportId, observedAt, receivedAt, status, flag }: StoredReport): TimelineEntry {
  return { kind: 'report', dateTime: isoTime(receivedAt), connectorId: connectorOfReport(connectorId), reportId, observedDateTime: isoTime(observedAt), status, flag };
}

export function ofHistory({ at, event }: StoredHistory): TimelineEntry {
  const { kind, ...rest }: HistoryEvent = event;
  return { kind, dateTime: isoTime(at), ...rest } as TimelineEntry;
}
