import { z } from 'zod';
import { isoTime } from '../platform/clock.ts';
import type { DoubtReason, EndOfDoubt, TimeMark, TrustedClock } from '../platform/trusted-clock.ts';
import type { Store } from '../store/store.ts';
import { Turns } from '../store/turns.ts';
import { auditRow } from '../documents/audit-row.ts';
import { AfterDoubt } from './after-doubt.ts';
import { pullBack } from './pull-back.ts';
import type { ReevaluateDependencies } from './reevaluate-fleet.ts';
import type { WatchConnectors } from './watch-connectors.ts';

/** Id of the `tenant` document that holds the mark of time. */
const ID = 'time-mark';
const markBody = z.object({ at: z.number(), inDoubt: z.boolean(), deletionHeld: z.boolean() });
/** After a power cut the clock may be behind by as much without being noticed, beside the usual tolerance. */
const MARK_EVERY_MS = 15_000;
/** How old the last word of the database's clock may be. */
const ASK_EVERY_MS = 5_000;

export interface ClockLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export interface WatchClockDependencies {
  readonly store: Pick<Store, 'documents' | 'transaction' | 'clock'>;
  readonly clock: TrustedClock;
  readonly log: ClockLog;
  /** Called when a doubt begins. */
  readonly began: () => void;
}

/** What an administrator sees and says of the clock. */
export interface ClockState {
  /** The time that counts. */
  readonly now: number;
  /** Why the clock is in doubt; `null`: it is not. */
  readonly doubt: DoubtReason | null;
  /** Whether deleting by age waits until the time is confirmed. */
  readonly deletionHeld: boolean;
  /** Stored times that were pulled back since the start, since they lay ahead. */
  readonly pulledBack: number;
}

export interface ClockControl {
  state(): ClockState;
  /** The machine's clock is right: ends a doubt, and lets what is old be deleted again. */
  confirm(actor: string): Promise<ClockState>;
}

/** Compares the clock with the mark of time in the database and with the database's own clock, and keeps the mark. */
export class WatchClock implements ClockControl {
  readonly #deps: WatchClockDependencies;
  #markedAt = -Infinity;
  #askedAt = -Infinity;
  #inDoubt = false;
  /** Doubts that ended and whose end could not be written yet. */
  readonly #unsettled: EndOfDoubt[] = [];
  readonly #after = new AfterDoubt();
  readonly #turns = new Turns();
  #pulledBack = 0;

  constructor(deps: WatchClockDependencies) {
    this.#deps = deps;
  }

  /** Before anything is read whose meaning depends on the time. */
  async start(): Promise<void> {
    const { store, clock } = this.#deps;
    clock.start(await readMark(store), await store.clock());
    if (!clock.mayDelete && !clock.inDoubt) {
      this.#deps.log.warn(
        { now: isoTime(clock.now()) },
        'the hub was away for long, or its clock was in doubt: nothing that is old is deleted until the time is confirmed; if it is right, run: sallyport clock confirm',
      );
    }
    this.#tell();
  }

  /** When memory is filled: what a clock that was ahead has left behind, and what waited for one that is sure. */
  async loaded(deps: ReevaluateDependencies): Promise<void> {
    const { clock, began } = this.#deps;
    await this.#writeMark();
    if (clock.inDoubt) return began();
    this.#count(await pullBack(deps, clock.now()));
    await this.#after.applyWaiting(deps);
  }

  /** To be called every second. */
  look(deps: ReevaluateDependencies, life: WatchConnectors): Promise<void> {
    return this.#turns.take(() => this.#look(deps, life));
  }

  async #look(deps: ReevaluateDependencies, life: WatchConnectors): Promise<void> {
    const { clock } = this.#deps;
    const end = clock.look(await this.#databaseTime());
    if (end !== undefined) this.#settle(end);
    this.#tell();
    while (this.#unsettled.length > 0) {
      this.#count(await this.#after.settle(deps, life, this.#unsettled[0] as EndOfDoubt));
      this.#unsettled.shift();
    }
    if (clock.monotonic() - this.#markedAt >= MARK_EVERY_MS) await this.#writeMark();
  }

  state(): ClockState {
    const { clock } = this.#deps;
    return {
      now: clock.now(),
      doubt: clock.doubt ?? null,
      deletionHeld: !clock.mayDelete,
      pulledBack: this.#pulledBack,
    };
  }

  async confirm(actor: string): Promise<ClockState> {
    const { clock, store } = this.#deps;
    const before = this.state();
    const end = clock.confirm();
    if (end !== undefined) this.#settle(end);
    this.#tell();
    const after = this.state();
    await store.transaction(async (tx) =>
      tx.audit.append([
        auditRow(actor, { kind: 'tenant', id: ID, before: shown(before), after: shown(after) }, after.now),
      ]),
    );
    await this.#writeMark();
    return after;
  }

  /** With the next look, which has what it takes. */
  #settle(end: EndOfDoubt): void {
    this.#unsettled.push(end);
    this.#markedAt = -Infinity;
  }

  #count(pulledBack: number): void {
    this.#pulledBack += pulledBack;
    if (pulledBack > 0)
      this.#deps.log.warn(
        { pulledBack },
        'stored times lay ahead of the clock and were pulled back: the clock was ahead when they were stored',
      );
  }

  #tell(): void {
    const { clock, log, began } = this.#deps;
    const { doubt } = clock;
    if ((doubt !== undefined) === this.#inDoubt) return;
    this.#inDoubt = doubt !== undefined;
    this.#markedAt = -Infinity;
    if (doubt === undefined) {
      log.info({ now: isoTime(clock.now()) }, 'the clock is not in doubt any more');
      return;
    }
    log.warn(
      { reason: doubt, counts: isoTime(clock.now()) },
      `the clock is in doubt (${WORDS[doubt]}): bad news counts at once, good news waits, nobody falls silent and nothing is deleted`,
    );
    began();
  }

  /** `undefined` where it is this machine's, or cannot be asked now. */
  async #databaseTime(): Promise<number | undefined> {
    const { store, clock } = this.#deps;
    if (clock.monotonic() - this.#askedAt < ASK_EVERY_MS) return undefined;
    this.#askedAt = clock.monotonic();
    return await store.clock().catch(() => undefined);
  }

  /** In doubt it is written once, so that a restart does not end the doubt; the time in it does not move. */
  async #writeMark(): Promise<void> {
    const { store, clock } = this.#deps;
    const mark = clock.mark;
    await store.transaction((tx) => tx.documents.put('tenant', ID, { ...mark }, mark.at));
    this.#markedAt = mark.inDoubt ? Infinity : clock.monotonic();
  }
}

function shown({ now, doubt, deletionHeld }: ClockState): Record<string, unknown> {
  return { now: isoTime(now), doubt, deletionHeld };
}

async function readMark(store: Pick<Store, 'documents'>): Promise<TimeMark | undefined> {
  return markBody.safeParse((await store.documents.get('tenant', ID))?.body).data;
}

const WORDS = {
  jump: 'it jumped by more than five minutes',
  behindMark: 'it is behind the time that this hub stored last',
  database: "it differs from the database's clock by more than five minutes",
} as const;
