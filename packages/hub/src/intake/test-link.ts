import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../platform/clock.ts';
import { OutboundError, type Outbound } from '../platform/outbound.ts';
import type { VendorLog } from '../vendors/vendor.ts';
import { VendorError } from '../vendors/vendor-error.ts';
import { connectionOf } from './link-runtime.ts';
import type { OpenLink } from './vendor-link.ts';

/** An administrator waits for the answer. */
const PATIENCE_MS = 20_000;

/** Whether a link would work; never throws for what the vendor does. */
export async function testLink(link: OpenLink, { http, clock, log }: { readonly http: Outbound; readonly clock: Clock; readonly log: VendorLog }): Promise<{ ok: boolean; message: string }> {
  const wait = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal });
  const connection = connectionOf(link, { http, clock, log, wait });
  if (connection === undefined) {
    return { ok: true, message: `There is nothing to ask: this link waits for ${link.vendor.displayName} to push.` };
  }
  try {
    return { ok: true, message: await connection.test(AbortSignal.timeout(PATIENCE_MS)) };
  } catch (error) {
    if (error instanceof VendorError) return { ok: false, message: error.message };
    if (error instanceof OutboundError && error.code === 'aborted') return { ok: false, message: `${link.vendor.displayName} did not answer within ${PATIENCE_MS / 1000} seconds.` };
    throw error;
  }
}
