import { setImmediate } from 'node:timers/promises';
import type { DeviceFacts, PartnerView } from '@sallyport/core';
import type { HistoryRow, OutboxRow, PostureRow, Transaction } from '../store/store.ts';
import { evaluatePosture } from '../view/evaluate-posture.ts';
import type { FleetDevice } from '../view/fleet.ts';
import type { ReadModel } from '../view/read-model.ts';
import { postureHistory } from './note-history.ts';
import type { PostureChange } from './ports.ts';
import type { AccessEffect } from '../documents/configuration.ts';
import { holdChanges, isWorthTelling, postureChanged, viewsChanged } from './revoke-access.ts';
import { isCompliantState } from '../view/compliant-state.ts';

/** Devices evaluated before other work gets its turn: about a millisecond, so that decisions do not wait. */
export const TURN = 500;

/** A device with what is known of it by now, and no verdict on that yet. */
export interface UnsettledDevice {
  readonly device: Pick<FleetDevice, 'facts' | 'entraDeviceId' | 'easDeviceId'>;
  /** As the transaction read it. */
  readonly before: PostureRow | undefined;
  /** What partners report of it. */
  readonly views: readonly PartnerView[];
  /** Since when each policy has failed. */
  readonly failing: PostureRow['failing'];
  /** The report that changed it, if one did. */
  readonly cause?: PostureChange['cause'];
  /** The record that superseded it, where memory may not know it yet. */
  readonly successor?: DeviceFacts | undefined;
  /** Doors hear of it whatever the verdict: whose it is, or the ids that they know it by, may have changed. */
  readonly alwaysTold?: boolean;
}

export interface SettledDevices {
  readonly postures: readonly PostureRow[];
  /** How many devices lost and got access by it. */
  readonly effect: AccessEffect;
}

export interface SettleDependencies {
  readonly memory: ReadModel;
  /** Names this process in what it publishes. */
  readonly origin: string;
}

/**
 * The one way to a new verdict: evaluates devices and writes, in the caller's transaction, their postures, their history
 * and what doors and people are told. The caller puts the postures into memory once it has committed.
 * @param history of what led to it; comes first
 */
export async function settleDevices(
  tx: Transaction,
  { memory, origin }: SettleDependencies,
  devices: readonly UnsettledDevice[],
  now: number,
  history: readonly HistoryRow[] = [],
): Promise<SettledDevices> {
  const postures: PostureRow[] = [];
  const told: Omit<OutboxRow, 'seq'>[] = [];
  const happened: HistoryRow[] = [...history];
  const effect = { opened: 0, closed: 0 };
  for (const [i, unsettled] of devices.entries()) {
    if ((i + 1) % TURN === 0) await setImmediate();
    const { device, before, views, failing, successor } = unsettled;
    const after = evaluatePosture(memory, device.facts, views, failing, now, successor);
    postures.push(after);
    happened.push(...postureHistory(before, after));
    told.push(...toldOf(memory, unsettled, after, origin));
    const [was, is] = [isCompliantState(before?.complianceState ?? 'unknown'), isCompliantState(after.complianceState)];
    if (was !== is) effect[is ? 'opened' : 'closed'] += 1;
  }
  if (postures.length > 0) await tx.postures.put(postures);
  if (happened.length > 0) await tx.history.append(happened);
  if (told.length > 0) await tx.outbox.append(told);
  return { postures, effect };
}

function toldOf(
  memory: ReadModel,
  { device, before, cause = null, alwaysTold }: UnsettledDevice,
  after: PostureRow,
  origin: string,
): Omit<OutboxRow, 'seq'>[] {
  const holds = holdChanges(before, after, origin);
  if (alwaysTold !== true && !isWorthTelling(before, after)) return [...holds, ...viewsChanged(before, after, origin)];
  const name = memory.directory.get(device.facts.userId ?? '')?.userPrincipalName ?? null;
  return [...holds, postureChanged(device, name, before, after, cause, origin)];
}
