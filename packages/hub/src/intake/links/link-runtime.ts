import type { Intake } from '../../pipeline/ports.ts';
import { hasElapsed, type Clock } from '../../platform/clock.ts';
import type { Outbound } from '../../platform/outbound.ts';
import type { Store } from '../../store/store.ts';
import type { Feed, ReceivedHeaders, VendorConnection, VendorLog, VendorTools } from '../../vendors/vendor.ts';
import type { CursorName } from './cursors.ts';
import { storedCursor } from './cursors.ts';
import { KnownDevices } from './known-devices.ts';
import { setbackOf } from './patience.ts';
import { readRecords } from './read-records.ts';
import { NewFindings } from './new-findings.ts';
import { TimesAhead } from './times-ahead.ts';
import { UnreadRecords, type UnreadStatus } from './unread-records.ts';
import { settingsAccepted, type OpenLink } from './vendor-link.ts';

/** Reports given to the pipeline at once, so that a large batch does not hold up everybody else's. */
const CHUNK = 1000;
/** A vendor's sign of life is passed on at most this often. */
const HEARTBEAT_EVERY_MS = 60_000;
/** After findings the vendor is asked for its own judgement out of turn, at most this often, and a moment later: more may come. */
const ASK_EVERY_MS = 60_000;
const ASK_AFTER_MS = 2_000;

export interface LinkTools {
  readonly store: Pick<Store, 'documents' | 'transaction'>;
  readonly intake: Intake;
  readonly http: Outbound;
  readonly clock: Clock;
  readonly log: VendorLog;
  readonly wait: VendorTools['wait'];
  /** From 0 to 1, to spread waiting times. */
  readonly random: () => number;
}

/** What an administrator sees of a link. Times are milliseconds since 1970. */
export interface LinkStatus {
  /** When the vendor last answered, or sent something, without a problem. */
  readonly lastSuccessAt: number | null;
  /** When the last report was taken, if any was since the start. */
  readonly lastReportAt: number | null;
  /** When somebody was last turned away who did not show the secret, if anybody was since the start. */
  readonly refusedAt: number | null;
  /** What arrived and could not be read, so that it is lost; `null`: nothing since the start. */
  readonly unread: UnreadStatus | null;
  /** The last failure; gone once things work again, or a day after something could not be read. */
  readonly problem: { readonly at: number; readonly message: string; readonly nextTryAt: number | null } | null;
}

/** One link at work: its loops, what it has learnt, how it fares. */
export class LinkRuntime {
  readonly link: OpenLink;
  readonly #tools: LinkTools;
  readonly #known = new KnownDevices();
  readonly #times = new TimesAhead();
  readonly #newFindings = new NewFindings();
  readonly #unread = new UnreadRecords();
  #askedAt = 0;
  /** Ends the wait for the next round of asking. */
  #askNow: (() => void) | undefined;
  readonly #stopping = new AbortController();
  #loops: readonly Promise<void>[] = [];
  #lastHeartbeatAt = 0;
  #lastSuccessAt: number | null = null;
  #lastReportAt: number | null = null;
  #refusedAt: number | null = null;
  /** By what failed: a stream that works must not hide a list that does not. */
  readonly #problems = new Map<CursorName | 'push', NonNullable<LinkStatus['problem']>>();

  constructor(link: OpenLink, tools: LinkTools) {
    this.link = link;
    this.#tools = tools;
  }

  get status(): LinkStatus {
    const unread = this.#unread.problem(this.#tools.clock.now());
    const problem =
      [...this.#problems.values(), ...(unread === undefined ? [] : [unread])].sort((a, b) => b.at - a.at)[0] ?? null;
    return {
      unread: this.#unread.status,
      lastSuccessAt: this.#lastSuccessAt,
      lastReportAt: this.#lastReportAt,
      refusedAt: this.#refusedAt,
      problem,
    };
  }

  /** Begins to poll and to follow the stream, as far as the vendor has them. */
  start(): void {
    const connection = connectionOf(this.link, this.#tools);
    if (connection === undefined) return;
    this.#loops = [
      ...(connection.poll === undefined ? [] : [this.#repeat('poll', (feed) => this.#pollOnce(connection, feed))]),
      ...(connection.stream === undefined
        ? []
        : [this.#repeat('stream', async (feed) => (await connection.stream?.(feed))?.waitMs ?? 0)]),
    ];
  }

  /** Resolves when the batch under way, if there is one, is taken and its cursor kept. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#loops);
  }

  /** Whether a call comes from the vendor, as far as its headers tell. */
  knows(headers: ReceivedHeaders): boolean {
    const { receive } = this.link.vendor;
    const now = this.#tools.clock.now();
    return this.accepts((settings) => receive?.verify(headers, settings, now) === true);
  }

  /** Whether a call fits the settings, or those with a former secret that is still accepted. Each is tried: how long it takes tells nothing. */
  accepts(fits: (settings: OpenLink['settings']) => boolean): boolean {
    const now = this.#tools.clock.now();
    const isVendor = settingsAccepted(this.link, now).map(fits).includes(true);
    if (!isVendor) this.#refusedAt = now;
    return isVendor;
  }

  /** What is wrong with what the vendor pushes, though it showed its secret; `undefined` once something was right again. */
  notePushProblem(message: string | undefined): void {
    if (message === undefined) this.#problems.delete('push');
    else this.#problems.set('push', { at: this.#tools.clock.now(), message, nextTryAt: null });
  }

  /**
   * Reports records that could not be read, in the status and the log. `message`: what is wrong with the last one, and
   * where; never what it holds. `sender`: the address they came from.
   */
  noteUnread(count: number, message: string, sender?: string): void {
    const { clock, log } = this.#tools;
    const { connectorId, vendor } = this.link;
    const told = this.#unread.note(count, message, clock.now());
    if (told > 0)
      log.warn(
        { connectorId, vendor: vendor.id, sender, records: told, problem: message },
        'records from a partner could not be read and are lost',
      );
  }

  /** Takes records of the vendor to their end; answers how many told something. `sender`: the address of who pushed them. */
  async take(
    records: readonly unknown[],
    sender?: string,
  ): Promise<{ readonly taken: number; readonly silent: number }> {
    const { connectorId } = this.link;
    const { intake, clock } = this.#tools;
    const { reports, silent, unread } = readRecords(
      this.link,
      records,
      { known: this.#known, times: this.#times },
      clock.now(),
      clock.inDoubt,
    );
    for (let i = 0; i < reports.length; i += CHUNK) await intake.take(connectorId, reports.slice(i, i + CHUNK));
    if (reports.length > 0) this.#lastReportAt = clock.now();
    const last = unread.at(-1);
    if (last !== undefined) {
      this.noteUnread(
        unread.length,
        `A record could not be read: it ${last.message} (record ${last.number} of ${records.length} that arrived together).`,
        sender,
      );
    }
    if (this.#newFindings.note(reports.map(({ signal }) => signal))) this.#askSoon();
    await this.#alive();
    return { taken: reports.length, silent };
  }

  /** Findings that are newer than the vendor's judgement of a device raise it; the next judgement may come long after. */
  #askSoon(): void {
    const now = this.#tools.clock.now();
    if (this.#askNow === undefined || !hasElapsed(this.#askedAt, ASK_EVERY_MS, now)) return;
    this.#askedAt = now;
    this.#askNow();
  }

  async #alive(): Promise<void> {
    const now = this.#tools.clock.now();
    this.#lastSuccessAt = now;
    if (now - this.#lastHeartbeatAt < HEARTBEAT_EVERY_MS) return;
    await this.#tools.intake.heartbeat(this.link.connectorId);
    this.#lastHeartbeatAt = now;
  }

  async #pollOnce(connection: VendorConnection, feed: Feed): Promise<number> {
    await connection.poll?.(feed);
    await feed.alive();
    // A tenth more or less, so that several hubs or links do not ask in step for ever.
    return (connection.pollEveryMs ?? 0) * (0.9 + this.#tools.random() / 5);
  }

  /** Runs `round` for ever; it answers how long to wait before the next. Never rejects. */
  async #repeat(name: CursorName, round: (feed: Feed) => Promise<number>): Promise<void> {
    const { signal } = this.#stopping;
    let attempt = 0;
    const works = () => {
      attempt = 0;
      this.#problems.delete(name);
    };
    const feed: Feed = {
      signal,
      cursor: storedCursor(this.#tools.store, this.#tools.clock, this.link.connectorId, name),
      knows: (id) => this.#known.knows(id),
      devicesWithNewFindings: () => this.#newFindings.drain(),
      take: async (records) => {
        await this.take(records);
        works();
      },
      alive: async () => {
        await this.#alive();
        works();
      },
    };
    while (!signal.aborted) {
      let waitMs: number;
      try {
        waitMs = await round(feed);
      } catch (error) {
        if (signal.aborted) return;
        waitMs = this.#failed(name, error, attempt);
        attempt += 1;
      }
      await (name === 'poll' ? this.#waitToAsk(waitMs) : this.#tools.wait(waitMs, signal).catch(() => undefined));
    }
  }

  async #waitToAsk(waitMs: number): Promise<void> {
    const { signal } = this.#stopping;
    const early = new AbortController();
    this.#askNow = () => early.abort();
    await this.#tools.wait(waitMs, AbortSignal.any([signal, early.signal])).catch(() => undefined);
    this.#askNow = undefined;
    if (early.signal.aborted && !signal.aborted)
      await this.#tools.wait(Math.min(waitMs, ASK_AFTER_MS), signal).catch(() => undefined);
  }

  #failed(name: CursorName, error: unknown, attempt: number): number {
    const { clock, log, random } = this.#tools;
    const { waitMs, message, unexpected } = setbackOf(error, attempt, random());
    const at = clock.now();
    this.#problems.set(name, { at, message, nextTryAt: at + waitMs });
    const { connectorId, vendor } = this.link;
    log.warn({ connectorId, vendor: vendor.id, loop: name, waitMs, ...(unexpected && { err: error }) }, message);
    return waitMs;
  }
}

/** `undefined` for a vendor that only pushes. */
export function connectionOf(link: OpenLink, tools: VendorTools): VendorConnection | undefined {
  return link.vendor.connect?.(link.settings, tools);
}
