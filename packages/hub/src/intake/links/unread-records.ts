import type { Instant } from '@sallyport/core';
import { hasElapsed } from '../../platform/clock.ts';

/** A log line of one link at most this often; the next one says how many there were meanwhile. */
const LOG_EVERY_MS = 60_000;
/** How long an administrator is shown the last one as the problem of the link. */
const SHOWN_MS = 24 * 60 * 60_000;

export interface UnreadStatus {
  /** Since the link was started or changed. */
  readonly count: number;
  readonly lastAt: Instant;
  /** What is wrong with the last one, and where. */
  readonly message: string;
}

/** What came from a vendor and could not be read. It is not stored, so somebody has to learn of it. */
export class UnreadRecords {
  #status: UnreadStatus | null = null;
  #loggedAt: Instant | undefined;
  #unlogged = 0;

  get status(): UnreadStatus | null {
    return this.#status;
  }

  /** As the problem of the link, while it is new. */
  problem(now: Instant): { readonly at: Instant; readonly message: string; readonly nextTryAt: null } | undefined {
    if (this.#status === null || hasElapsed(this.#status.lastAt, SHOWN_MS, now)) return undefined;
    return { at: this.#status.lastAt, message: this.#status.message, nextTryAt: null };
  }

  /** Answers how many are to be told of in the log now, if any. */
  note(count: number, message: string, now: Instant): number {
    this.#status = { count: (this.#status?.count ?? 0) + count, lastAt: now, message };
    this.#unlogged += count;
    if (this.#loggedAt !== undefined && !hasElapsed(this.#loggedAt, LOG_EVERY_MS, now)) return 0;
    const told = this.#unlogged;
    this.#loggedAt = now;
    this.#unlogged = 0;
    return told;
  }
}
