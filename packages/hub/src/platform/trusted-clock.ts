import type { Clock } from './clock.ts';

/** What the machine says of time. */
export interface TimeSource {
  /** Milliseconds since 1970; may be set forward and back at any moment. */
  wall(): number;
  /** Milliseconds since some moment; never set, and runs while the process lives. */
  monotonic(): number;
}

export const systemTime: TimeSource = { wall: () => Date.now(), monotonic: () => performance.now() };

/**
 * Why the clock is in doubt: it moved otherwise than time went by; it is behind what this hub has seen of it before; or
 * the database's clock shows another time.
 */
export type DoubtReason = 'jump' | 'behindMark' | 'database';

/** The mark of time that is stored in the database. */
export interface TimeMark {
  /** The newest time that the hub was sure of. */
  readonly at: number;
  /** The hub stopped while its clock was in doubt. */
  readonly inDoubt: boolean;
  /** Nothing is deleted by age until the time is confirmed. */
  readonly deletionHeld: boolean;
}

export interface EndOfDoubt {
  readonly reason: DoubtReason;
  /** `expired`: nothing confirmed the time within the hour. */
  readonly by: 'agreement' | 'confirmation' | 'expiry';
  /** The time at which the doubt began, by the clock that counts now. */
  readonly beganAt: number;
  /** How far the hub's time moves forward with the end, beyond what went by; 0 where it moves back. */
  readonly forwardMs: number;
}

/** Clocks differ by as much as this, and are corrected by as much, without a doubt. */
const TOLERANCE_MS = 5 * 60_000;
/** A correction by the whole tolerance is followed within an hour. */
const FOLLOWED_WITHIN_MS = 3_600_000;
const DOUBT_ENDS_AFTER_MS = 3_600_000;
/** For how long what another clock showed counts as a confirmation. */
const EVIDENCE_MS = 3_600_000;
/** A hub that was away for longer cannot tell a long pause from a clock that is ahead, so it deletes nothing by itself. */
const HOLD_DELETION_AFTER_MS = 86_400_000;

interface Doubt {
  readonly reason: DoubtReason;
  readonly since: number;
  /** With `behindMark`: what the wall clock has to reach, less what has gone by. */
  readonly mark?: number;
}

/**
 * The hub's time. As long as the wall clock moves with the monotonic one, it is the wall clock. Once it does not, the
 * clock is in doubt, and of the wall clock and the time that went on from before the earlier counts: so nothing falls
 * due by a jump, and nothing lies in the future by one (decision 0013). The comparison is made with every `now()`, so
 * not even one decision is taken by a clock that has just jumped.
 */
export class TrustedClock implements Clock {
  readonly #source: TimeSource;
  /** The wall clock, less the monotonic one, when it was last sure. */
  #offset: number;
  /** Up to when `#offset` has followed the wall clock; monotonic. */
  #followedAt: number;
  /** The mark as it stands now: the newest time that the hub was sure of. */
  #highest = -Infinity;
  #doubt: Doubt | undefined;
  #deletionHeld = false;
  /** A difference to the database's clock that was there for the whole of a doubt, and is no reason for another one. */
  #acceptedDifference = 0;
  /** By who showed it: another clock, less the monotonic one. */
  readonly #evidence = new Map<string, { readonly offset: number; readonly at: number }>();

  constructor(source: TimeSource = systemTime) {
    this.#source = source;
    this.#followedAt = source.monotonic();
    this.#offset = source.wall() - this.#followedAt;
  }

  now(): number {
    const wall = this.#source.wall();
    const expected = Math.floor(this.#offset + this.#source.monotonic());
    if (this.#doubt === undefined) {
      const since = this.#source.monotonic();
      if (!isNear(wall, expected)) this.#begin({ reason: 'jump', since });
      else if (wall < this.#highest - TOLERANCE_MS) this.#begin({ reason: 'behindMark', since, mark: this.#highest });
      else {
        this.#highest = Math.max(this.#highest, wall);
        return wall;
      }
    }
    return Math.min(wall, expected);
  }

  monotonic(): number {
    return this.#source.monotonic();
  }

  get inDoubt(): boolean {
    this.now();
    return this.#doubt !== undefined;
  }

  get doubt(): DoubtReason | undefined {
    return this.inDoubt ? this.#doubt?.reason : undefined;
  }

  /** Whether what is kept for a time only may be deleted when that is over. */
  get mayDelete(): boolean {
    return !this.inDoubt && !this.#deletionHeld;
  }

  /** What to store as the mark: in doubt, the time that went on from before. */
  get mark(): TimeMark {
    const inDoubt = this.inDoubt;
    const at = this.#doubt?.mark === undefined ? Math.floor(this.#offset + this.#source.monotonic()) : this.#doubt.mark;
    return { at: inDoubt ? at : this.now(), inDoubt, deletionHeld: this.#deletionHeld };
  }

  /**
   * At the start of the hub. Downtime is no jump; only a long one holds deletion.
   * @param database the database's own clock; `undefined` where that is this machine's
   */
  start(mark: TimeMark | undefined, database: number | undefined): void {
    const since = this.#source.monotonic();
    const wall = this.#source.wall();
    this.#offset = wall - since;
    this.#followedAt = since;
    this.#highest = database === undefined ? (mark?.at ?? -Infinity) : -Infinity;
    this.#deletionHeld = mark?.deletionHeld === true || (mark !== undefined && wall - mark.at > HOLD_DELETION_AFTER_MS);
    if (database !== undefined) {
      if (isNear(wall, database)) this.#deletionHeld = false;
      else this.#begin({ reason: 'database', since }, Math.min(wall, database));
    } else if (mark?.inDoubt === true && wall > mark.at + TOLERANCE_MS) {
      this.#begin({ reason: 'jump', since }, mark.at);
    }
    // A clock behind the mark is in doubt from the start.
    this.now();
  }

  /** Somebody else's clock: that of a vendor, from the `Date` of an answer. It raises no doubt, and may end one. */
  heard(who: string, at: number): void {
    const now = this.#source.monotonic();
    this.#evidence.set(who, { offset: at - now, at: now });
  }

  /** An administrator says that the wall clock is right. */
  confirm(): EndOfDoubt | undefined {
    this.#deletionHeld = false;
    return this.#doubt === undefined ? undefined : this.#end(this.#doubt, 'confirmation');
  }

  /** Looks whether a doubt begins or ends. To be called every second or so. Answers what ended. */
  look(database?: number): EndOfDoubt | undefined {
    if (database !== undefined) this.heard(DATABASE, database);
    const wall = this.#source.wall();
    if (!this.inDoubt) {
      const isConfirmed = this.#isConfirmed(wall);
      if (isConfirmed) this.#deletionHeld = false;
      if (database === undefined || isNear(wall - this.#acceptedDifference, database)) this.#follow(wall, isConfirmed);
      else this.#begin({ reason: 'database', since: this.#source.monotonic() });
      return undefined;
    }
    const doubt = this.#doubt as Doubt;
    if (this.#isConfirmed(wall)) return this.#end(doubt, 'confirmation');
    if (this.#agrees(doubt, wall)) return this.#end(doubt, 'agreement');
    if (this.#source.monotonic() - doubt.since < DOUBT_ENDS_AFTER_MS) return undefined;
    if (database !== undefined) this.#acceptedDifference = wall - database;
    return this.#end(doubt, 'expiry');
  }

  /** Corrections that no other clock confirms are followed slowly, so that many small ones are as one large one. */
  #follow(wall: number, isConfirmed: boolean): void {
    const monotonic = this.#source.monotonic();
    const most = isConfirmed ? Infinity : (TOLERANCE_MS * (monotonic - this.#followedAt)) / FOLLOWED_WITHIN_MS;
    const difference = wall - monotonic - this.#offset;
    this.#offset += Math.max(-most, Math.min(most, difference));
    this.#followedAt = monotonic;
  }

  #begin(doubt: Doubt, at?: number): void {
    if (at !== undefined) this.#offset = at - doubt.since;
    this.#doubt = doubt;
    // What was heard before may be as old as the jump.
    this.#evidence.clear();
  }

  #end({ reason, since }: Doubt, by: EndOfDoubt['by']): EndOfDoubt {
    const monotonic = this.#source.monotonic();
    const wall = this.#source.wall();
    const forwardMs = reason === 'jump' ? Math.max(0, wall - Math.floor(this.#offset + monotonic)) : 0;
    this.#doubt = undefined;
    // A clock that came back only roughly still has the rest of its way to go: no two jumps add up to more than one.
    if (by !== 'agreement' || reason !== 'jump') this.#offset = wall - monotonic;
    if (by !== 'agreement') this.#highest = wall;
    this.#followedAt = monotonic;
    if (by === 'expiry') this.#deletionHeld = true;
    if (by === 'confirmation') this.#deletionHeld = false;
    return { reason, by, beganAt: Math.floor(wall - (monotonic - since)), forwardMs };
  }

  #agrees({ reason, since, mark }: Doubt, wall: number): boolean {
    const monotonic = this.#source.monotonic();
    const database = this.#evidence.get(DATABASE);
    if (database !== undefined && !isNear(wall, database.offset + monotonic)) return false;
    if (mark !== undefined) return wall >= mark + (monotonic - since) - TOLERANCE_MS;
    return reason === 'jump' && isNear(wall, this.#offset + monotonic);
  }

  /** The database's clock decides alone; of vendors', more have to agree than not. */
  #isConfirmed(wall: number): boolean {
    const monotonic = this.#source.monotonic();
    const database = this.#evidence.get(DATABASE);
    if (database !== undefined) return isNear(wall, database.offset + monotonic);
    let balance = 0;
    for (const { offset, at } of this.#evidence.values()) {
      if (monotonic - at <= EVIDENCE_MS) balance += isNear(wall, offset + monotonic) ? 1 : -1;
    }
    return balance > 0;
  }
}

/** No host has such a name. */
const DATABASE = ' database';

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= TOLERANCE_MS;
}
