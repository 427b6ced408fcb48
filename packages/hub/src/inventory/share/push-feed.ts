import { createHash } from 'node:crypto';
import { HubError } from '@sallyport/contracts';
import type { InventoryKind } from '@sallyport/core';
import type { Outbound } from '../../platform/outbound.ts';
import { isoTime } from '../../platform/clock.ts';
import { StoreBusy } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import { asking, requireSuccess, VendorError } from '../../vendors/kit/vendor-error.ts';
import type { HandOver, HandOverDependencies } from './hand-over.ts';
import { handOver, withdrawal } from './hand-over.ts';
import type { CursorOwner } from './hand-over-cursor.ts';
import { readCursor } from './hand-over-cursor.ts';
import { pageView } from './handed-page.ts';
import { cursorIn, pushCursorId, signatureHeaders } from './push-target.ts';
import type { PushTarget } from './push-target.ts';

export interface PushDependencies extends HandOverDependencies {
  readonly store: HandOverDependencies['store'] & Pick<Store, 'transaction'>;
  readonly http: Outbound;
  readonly log: { warn(details: object, message: string): void };
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** From 0 to 1, to spread waiting times. */
  readonly random: () => number;
}

/** Times are milliseconds since 1970. `notShared`: the connector does not allow it. */
export interface PushStatus {
  readonly state: 'upToDate' | 'sending' | 'notShared' | 'failing';
  readonly lastSuccessAt: number | null;
  readonly problem: { readonly at: number; readonly message: string; readonly nextTryAt: number } | null;
}

/** Devices in one message: about 3 MB with 200 apps each. */
const DEVICES_IN_MESSAGE = 50;
/** RFC 9110, section 15.5.14: Content Too Large. */
const TOO_LARGE = 413;
/** Other processes on the same database tell nobody here what they kept. */
const LOOK_EVERY_MS = 60_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 900_000;

/** Pushes one kind of inventory to one target, from its cursor on, until it is stopped. */
export class PushFeed {
  readonly target: PushTarget;
  readonly kind: InventoryKind;
  readonly #deps: PushDependencies;
  readonly #stopping = new AbortController();
  #devicesInMessage = DEVICES_IN_MESSAGE;
  #status: PushStatus = { state: 'sending', lastSuccessAt: null, problem: null };
  #waking = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  constructor(target: PushTarget, kind: InventoryKind, deps: PushDependencies) {
    this.target = target;
    this.kind = kind;
    this.#deps = deps;
  }

  get status(): PushStatus {
    return this.#status;
  }

  start(): void {
    this.#loop = this.#run();
  }

  /** Something may have changed. A failing target is not tried sooner for it. */
  wake(): void {
    if (this.#status.state !== 'failing') this.#waking.abort();
  }

  /** What is being sent is cut off, and goes out again later, to whoever is then allowed to have it. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let attempt = 0; !signal.aborted; ) {
      this.#waking = new AbortController();
      try {
        const more = await this.#pushPage();
        attempt = 0;
        if (!more) await this.#rest(LOOK_EVERY_MS, AbortSignal.any([signal, this.#waking.signal]));
      } catch (error) {
        if (signal.aborted) return;
        const waitMs = this.#failed(error, attempt);
        attempt += 1;
        await this.#rest(
          waitMs,
          this.#status.state === 'failing' ? signal : AbortSignal.any([signal, this.#waking.signal]),
        );
      }
    }
  }

  async #rest(ms: number, signal: AbortSignal): Promise<void> {
    await this.#deps.wait(ms, signal).catch(() => undefined);
  }

  /** Answers whether there is more. */
  async #pushPage(): Promise<boolean> {
    const { connectorId } = this.target;
    const kept = cursorIn(
      await this.#deps.store.documents.get('inventoryCursor', pushCursorId(connectorId, this.kind)),
    );
    const page = await this.#nextPage(kept);
    // A page that begins anew says what to delete, even where there is nothing to give; but only to whom something was given.
    if (page.devices.length > 0 || (page.isRestart && kept !== undefined)) {
      this.#status = { ...this.#status, state: 'sending' };
      await this.#send(page);
    }
    if (page.cursor !== kept) await this.#keepCursor(page.cursor);
    this.#status = { state: page.more ? 'sending' : 'upToDate', lastSuccessAt: this.#deps.clock.now(), problem: null };
    return page.more;
  }

  async #nextPage(kept: string | undefined): Promise<HandOver> {
    const {
      kind,
      target: { connectorId, url },
    } = this;
    // The same page sent again is the same message, for the partner and on record.
    const messageId = (content: unknown): string =>
      `msg_${createHash('sha256')
        .update(JSON.stringify([connectorId, kind, kept ?? '', content]))
        .digest('base64url')}`;
    try {
      return await handOver(this.#deps, {
        connectorId,
        kind,
        limit: this.#devicesInMessage,
        channel: 'push',
        clientId: new URL(url).host,
        cursor: kept === undefined ? undefined : readCursor(this.#owner, kept),
        messageId,
      });
    } catch (error) {
      if (kept !== undefined && error instanceof HubError && error.code === 'inventory_not_shared')
        await this.#withdraw(messageId('nothing'));
      throw error;
    }
  }

  async #withdraw(messageId: string): Promise<void> {
    await this.#send(withdrawal(this.#owner, messageId));
    if (this.#stopping.signal.aborted) return;
    await this.#deps.store.transaction(async (tx) => {
      await tx.documents.delete('inventoryCursor', pushCursorId(this.target.connectorId, this.kind));
    });
  }

  get #owner(): CursorOwner {
    return { tenantId: this.#deps.tenantId, connectorId: this.target.connectorId, kind: this.kind };
  }

  async #send(page: HandOver): Promise<void> {
    const { http, clock, tenantId } = this.#deps;
    const body = JSON.stringify({
      type: `inventory.${this.kind}`,
      timestamp: isoTime(clock.now()),
      data: pageView(tenantId, page),
    });
    const { url, secret } = this.target;
    const answer = await asking(() =>
      http.request(url, {
        method: 'POST',
        body,
        signal: this.#stopping.signal,
        maxBytes: 65_536,
        headers: { 'content-type': 'application/json', ...signatureHeaders(secret, page.messageId, clock.now(), body) },
      }),
    );
    // The same message again would be refused for ever; it was not taken, so what is next may be another.
    if (answer.status === TOO_LARGE) this.#devicesInMessage = Math.max(1, Math.floor(this.#devicesInMessage / 2));
    requireSuccess(answer, new URL(url).host, clock.now());
  }

  async #keepCursor(cursor: string): Promise<void> {
    // A target that was changed meanwhile begins anew; its cursor is not to be brought back.
    if (this.#stopping.signal.aborted) return;
    await this.#deps.store.transaction(async (tx) => {
      await tx.documents.put(
        'inventoryCursor',
        pushCursorId(this.target.connectorId, this.kind),
        { cursor },
        this.#deps.clock.now(),
      );
    });
  }

  /** Answers how long to wait. */
  #failed(error: unknown, attempt: number): number {
    if (
      error instanceof HubError &&
      (error.code === 'inventory_not_shared' || error.code === 'connector_unavailable')
    ) {
      this.#status = { ...this.#status, state: 'notShared', problem: null };
      return LOOK_EVERY_MS;
    }
    const { clock, log, random } = this.#deps;
    const ownMs = Math.min(FIRST_WAIT_MS * 2 ** Math.min(attempt, 20), LONGEST_WAIT_MS) * (0.5 + random() / 2);
    const asked =
      error instanceof VendorError
        ? error.retryAfterMs
        : error instanceof StoreBusy
          ? error.retryAfterSeconds * 1000
          : undefined;
    const waitMs = Math.max(ownMs, asked ?? 0);
    const isExpected = error instanceof VendorError || error instanceof StoreBusy;
    const message = isExpected ? error.message : 'Something unexpected went wrong; the log of the hub tells what.';
    const at = clock.now();
    this.#status = { ...this.#status, state: 'failing', problem: { at, message, nextTryAt: at + waitMs } };
    log.warn(
      { connectorId: this.target.connectorId, inventory: this.kind, waitMs, ...(isExpected ? {} : { err: error }) },
      `pushing an inventory failed: ${message}`,
    );
    return waitMs;
  }
}
