import { CATALOGUE } from '../documents/catalogue.ts';
import type { OutboxKind, OutboxRow } from '../store/store.ts';
import type { PostureChange } from '../pipeline/ports.ts';

/** One outbox row as doors are told it, written once for all of them. */
export interface Frame {
  readonly seq: number;
  readonly bytes: Buffer;
}

/** What an `access-changed` event carries: ids and codes, no names of people. */
export interface AccessChanged {
  readonly deviceId: string;
  readonly entraDeviceId: string | null;
  readonly easDeviceId: string | null;
  readonly userId: string | null;
  /** Whether the device satisfies `compliantDevice` now, and before. */
  readonly compliant: boolean;
  readonly wasCompliant: boolean;
  /** The device is gone from the directory. */
  readonly removed: boolean;
  /** Codes of the reasons. */
  readonly reasons: readonly string[];
  readonly at: string;
}

/** `undefined`: nothing that doors need to hear. */
export function frameOf(row: OutboxRow): Frame | undefined {
  switch (row.kind) {
    case 'device-posture-changed':
      return frame(row, 'access-changed', accessChanged(row, false));
    case 'device-removed':
      return frame(row, 'access-changed', accessChanged(row, true));
    case 'configuration-changed':
      return CATALOGUE.get(row.subject)?.isTold !== true
        ? undefined
        : frame(row, 'configuration-changed', { kind: row.subject, id: row.payload.id });
    default:
      return undefined;
  }
}

const ALERTS: ReadonlySet<OutboxKind> = new Set<OutboxKind>([
  'connector-state-changed',
  'disagreement-started',
  'disagreement-ended',
  'identity-conflict-started',
  'identity-conflict-ended',
  'vendor-vocabulary-changed',
  'device-superseded',
  'device-reinstated',
  'device-key-shared',
  'device-hold-started',
  'device-hold-ended',
  'key-too-common',
]);

/** What people who watch over partners and devices are told of: states, contradictions, changed vocabularies, and records and reports that are not unique. */
export function alertFrameOf(row: OutboxRow): Frame | undefined {
  if (!ALERTS.has(row.kind)) return undefined;
  const { origin: _, ...told } = row.payload;
  return frame(row, row.kind, { ...told, at: new Date(row.at).toISOString() });
}

/**
 * Tells a subscriber that it must forget what it knows: the events since the position it named are not kept
 * any more, or were never ours. It goes on from `position`.
 */
export function resetFrame(position: number): Buffer {
  return Buffer.from(`id: ${position}\nevent: reset\ndata: {}\n\n`);
}

/** Gives a new subscriber a position to resume from. An id without data dispatches no event (WHATWG HTML, section 9.2.6). */
export function positionFrame(position: number): Buffer {
  return Buffer.from(`retry: 1000\nid: ${position}\n\n`);
}

export const HEARTBEAT = Buffer.from(': still here\n\n');

function frame({ seq }: OutboxRow, event: string, data: unknown): Frame {
  // JSON never holds a raw line break, so one data line is enough.
  return { seq, bytes: Buffer.from(`id: ${seq}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`) };
}

function accessChanged({ subject, payload, at }: OutboxRow, removed: boolean): AccessChanged {
  const change = payload as Partial<PostureChange>;
  return {
    deviceId: subject,
    entraDeviceId: change.entraDeviceId ?? null,
    easDeviceId: change.easDeviceId ?? null,
    userId: change.userId ?? null,
    compliant: !removed && change.compliant === true,
    wasCompliant: change.wasCompliant === true,
    removed,
    reasons: [...new Set(change.reasons?.map((reason) => reason.code))],
    at: new Date(at).toISOString(),
  };
}
