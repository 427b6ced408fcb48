import { HubError } from '@sallyport/contracts';
import { StoreBusy } from '../../store/store.ts';
import type { VendorFailure } from '../../vendors/kit/vendor-error.ts';
import { VendorError } from '../../vendors/kit/vendor-error.ts';

interface Patience {
  readonly firstMs: number;
  readonly ceilingMs: number;
}

/** How long to wait before asking a vendor again, by what went wrong. Doubles from the first to the ceiling. */
const PATIENCE: Readonly<Record<VendorFailure | 'unexpected', Patience>> = {
  // Somebody has to act; a changed setting starts anew at once anyway.
  refused: { firstMs: 60_000, ceilingMs: 900_000 },
  rate_limited: { firstMs: 5_000, ceilingMs: 300_000 },
  unavailable: { firstMs: 1_000, ceilingMs: 60_000 },
  bad_answer: { firstMs: 5_000, ceilingMs: 300_000 },
  unexpected: { firstMs: 5_000, ceilingMs: 300_000 },
};

export interface Setback {
  readonly waitMs: number;
  /** For administrators: holds no secret. */
  readonly message: string;
  /** A bug or a broken database: belongs in the log with its cause. */
  readonly unexpected: boolean;
}

/**
 * What to make of a failure. `attempt` is 0 for the first in a row; `random`, from 0 to 1, spreads the links
 * out, so that an outage does not end in a stampede. A wait that was asked for is never cut short; one of nothing ("Retry-After: 0",
 * or a date that has passed) is none, or a vendor that always says so would be asked without end.
 */
export function setbackOf(error: unknown, attempt: number, random: number): Setback {
  if (error instanceof StoreBusy) {
    return {
      waitMs: error.retryAfterSeconds * 1000 * (1 + random / 2),
      message: 'The hub cannot store reports at the moment.',
      unexpected: false,
    };
  }
  const kind = error instanceof VendorError ? error.failure : error instanceof HubError ? 'refused' : 'unexpected';
  const { firstMs, ceilingMs } = PATIENCE[kind];
  const ownMs = Math.min(firstMs * 2 ** Math.min(attempt, 20), ceilingMs) * (0.5 + random / 2);
  const askedMs = error instanceof VendorError ? error.retryAfterMs : undefined;
  return {
    waitMs: askedMs === undefined || askedMs === 0 ? ownMs : askedMs + random * 1000,
    message:
      kind === 'unexpected'
        ? 'Something unexpected went wrong; the log of the hub tells what.'
        : (error as Error).message,
    unexpected: kind === 'unexpected',
  };
}
