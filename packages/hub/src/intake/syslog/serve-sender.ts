import { setTimeout as sleep } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import type { Frame, Unfinished } from '../../vendors/syslog-cef/framing.ts';
import { FrameReader } from '../../vendors/syslog-cef/framing.ts';
import type { VendorLog } from '../../vendors/vendor.ts';
import type { LinkRuntime } from '../links/link-runtime.ts';
import { setbackOf } from '../links/patience.ts';
import type { LinePace } from './line-pace.ts';

export interface ServeOptions {
  readonly maxLineBytes: number;
  /** Shared by all connections of the connector. */
  readonly pace: LinePace;
  readonly connectorId: string;
  /** Of the sender. */
  readonly address: string;
  /** The link of this sender as it is now; `undefined` when it has none any more. Asked before each batch. */
  readonly link: () => Promise<LinkRuntime | undefined>;
  readonly log: VendorLog;
  /** Aborts when the hub stops. */
  readonly stopping: AbortSignal;
}

export interface Served {
  readonly lines: number;
  /** Why it ended, where it was not the sender who ended it. */
  readonly problem?: string | undefined;
}

/**
 * Takes what one sender says until it ends. Nothing is read while a batch is being stored, so a sender that is
 * faster than the store waits in TCP, and a batch that cannot be stored is tried again until it can. Never rejects.
 */
export async function serveSender(socket: TLSSocket, options: ServeOptions): Promise<Served> {
  const reader = new FrameReader(options.maxLineBytes);
  let lines = 0;
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      const frames = reader.push(chunk);
      const problem = await takeFrames(frames, options);
      if (problem !== undefined) return { lines, problem };
      lines += frames.length;
      const waitMs = options.pace.spend(frames.length, performance.now());
      if (waitMs > 0) await sleep(waitMs, undefined, { signal: options.stopping });
    }
    return { lines, problem: problemOfEnd(reader.unfinished) };
  } catch (error) {
    return { lines, problem: problemOf(error, options.stopping) };
  } finally {
    socket.destroy();
  }
}

/** Answers why the connection has to end, if it has. */
async function takeFrames(frames: readonly Frame[], options: ServeOptions): Promise<string | undefined> {
  const { log, stopping, connectorId } = options;
  const tooLong = frames.filter((frame) => 'tooLong' in frame).length;
  // Other lines are no sign of life either: a relay may go on long after its source has fallen silent.
  const records = frames.flatMap((frame) =>
    'line' in frame && frame.line.includes('CEF:') ? [frame.line.toString('utf8')] : [],
  );
  if (tooLong > 0)
    (await options.link())?.noteUnread(
      tooLong,
      `A line of syslog was longer than ${options.maxLineBytes} bytes.`,
      options.address,
    );
  for (let attempt = 0; records.length > 0; attempt += 1) {
    const link = await options.link();
    if (link === undefined) return 'its link was removed, switched off or given to another sender';
    try {
      await link.take(records, options.address);
      return undefined;
    } catch (error) {
      const { waitMs, message } = setbackOf(error, attempt, Math.random());
      log.warn({ err: error, connectorId, lines: records.length, waitMs }, `${message} Lines of syslog wait.`);
      // Given up only when the hub stops: syslog has no way to ask the sender for them again.
      await sleep(waitMs, undefined, { signal: stopping });
    }
  }
  return undefined;
}

/** Half of a report could say the opposite of the whole. */
function problemOfEnd(unfinished: Unfinished | undefined): string | undefined {
  if (unfinished === undefined) return undefined;
  if ('line' in unfinished) return 'the sender left its last line unfinished; it was not taken';
  return `its last message was announced with ${unfinished.missing} bytes more than came; it was not taken`;
}

function problemOf(error: unknown, stopping: AbortSignal): string {
  if (stopping.aborted) return 'the hub stops';
  return error instanceof Error ? error.message : String(error);
}
