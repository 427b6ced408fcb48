import type { FindingReport, Instant } from '../vocabulary/signal.ts';
import type { ThreatState } from '../vocabulary/threat-state.ts';

/**
 * What docs/decisions/0001 says a partner's reports about one device still close, read from the whole history of its reports.
 * It shares no code with the product, and leans to one side: where the decision leaves two readings, nothing stands.
 */
export interface Word {
  readonly reportId: string;
  /** The partner's own record; `undefined`: the report names none. */
  readonly identity?: string | undefined;
  /** It names the device by an id of its management. */
  readonly tied: boolean;
  /** It is known which device is meant; otherwise it may be about another one, too. */
  readonly matched: boolean;
  /** The earlier of the report's own time and its receipt. */
  readonly at: Instant;
  readonly receivedAt: Instant;
  readonly undated: boolean;
  readonly retires: boolean;
  readonly state?: ThreatState | undefined;
  readonly findings: readonly FindingReport[];
}

/** Something reported that closes until one of the ends that the decision names. */
export interface Closing {
  readonly state: ThreatState;
  readonly at: Instant;
  readonly reportId: string;
  readonly identity: string;
}

interface Entry extends Omit<Word, 'identity'> {
  readonly identity: string;
  readonly held: boolean;
  /** What was reported before a report that may be about another device closes nothing after it. */
  readonly isHidden: boolean;
  /** An undated report counts as far as it is worse than what was known; here, than whatever was. */
  readonly counts: boolean;
  readonly contestedUntil?: Instant | undefined;
}

const SECOND = 1_000;
const DAY = 86_400_000;
/** From the best to the worst; the first three say nothing about the device. */
const ORDER: readonly ThreatState[] = [
  'unknown',
  'activated',
  'unresponsive',
  'secured',
  'lowSeverity',
  'mediumSeverity',
  'highSeverity',
  'misconfigured',
  'deactivated',
  'compromised',
];
const LEVELS: readonly ThreatState[] = ['secured', 'lowSeverity', 'mediumSeverity', 'highSeverity', 'compromised'];
const NAMELESS = '(none)';

export const badness = (state: ThreatState): number => ORDER.indexOf(state);
export const isLevel = (state: ThreatState | undefined): boolean => state !== undefined && LEVELS.includes(state);
const isBad = (state: ThreatState | undefined): boolean => state !== undefined && badness(state) > badness('secured');
const saysNothing = (state: ThreatState): boolean => state === 'unknown' || state === 'unresponsive';

/** The later of two; of one instant the worse. */
const isAfter = (a: Entry, b: Entry | undefined): boolean =>
  b === undefined ||
  a.at > b.at ||
  (a.at === b.at && badness(a.state as ThreatState) > badness(b.state as ThreatState));
const newestOf = (entries: readonly Entry[]): Entry | undefined =>
  entries.reduce<Entry | undefined>((best, one) => (isAfter(one, best) ? one : best), undefined);

/** The reports of one partner about one device. */
export class Ledger {
  #entries: Entry[] = [];
  readonly #heard: Word[] = [];
  /** Reports that name no record but the device's management, or only findings, and tied ones about findings alone: of whichever record. */
  readonly #wild: Word[] = [];
  readonly #thresholdDays: number;

  constructor(thresholdDays: number) {
    this.#thresholdDays = thresholdDays;
  }

  /** Whether any report could have told a level. */
  get hasLevels(): boolean {
    return this.#heard.some(({ state, findings }) => isLevel(state) || findings.length > 0);
  }

  add(word: Word): void {
    const identity = word.identity ?? NAMELESS;
    this.#heard.push(word);
    if (word.matched) this.#settle(word, identity);
    // What was reported without a record belongs to the first one that its management ties to the device as well.
    if (word.matched && word.identity !== undefined && word.tied && this.#isTied(NAMELESS)) {
      this.#entries = this.#entries.map((entry) =>
        entry.held || entry.identity !== NAMELESS ? entry : { ...entry, identity, isHidden: true },
      );
    }
    if (
      word.matched &&
      ((word.identity === undefined && word.tied) ||
        (word.state === undefined && (word.tied || word.identity === undefined)))
    ) {
      this.#wild.push(word);
      return;
    }
    const before = this.#entries.filter((entry) => entry.identity === identity && entry.state !== undefined);
    const isHidden =
      !word.undated &&
      this.#heard.some(
        (other) => (other.identity ?? NAMELESS) === identity && other.at >= word.at && word.matched && !other.matched,
      );
    const counts =
      !word.undated ||
      (word.matched &&
        isBad(word.state) &&
        this.#wild.length === 0 &&
        !this.#hasFindings(identity) &&
        before.every(({ state }) => badness(state as ThreatState) < badness(word.state as ThreatState)));
    this.#entries.push({
      ...word,
      identity,
      held: !word.matched,
      counts,
      isHidden,
      contestedUntil: this.#contest(word, identity),
    });
  }

  #hasFindings(identity: string): boolean {
    return this.#heard.some((word) => (word.identity ?? NAMELESS) === identity && word.findings.length > 0);
  }

  /** What was held because of this record is known to be about another device. */
  release(identity: string | undefined): void {
    this.#entries = this.#entries.filter((entry) => !entry.held || entry.identity !== (identity ?? NAMELESS));
  }

  closings(now: Instant): readonly Closing[] {
    const identities = [...new Set(this.#entries.map(({ identity }) => identity))];
    return identities.flatMap((identity) => [
      ...this.#levels(identity, now),
      ...this.#appState(identity),
      ...this.#findings(identity, now),
      ...this.#held(identity, now),
    ]);
  }

  // ---- what a record's own reports close

  /** A level stays until the record's next one, its removal, 30 days without any, a newer record's word, or its silence. */
  #levels(identity: string, now: Instant): readonly Closing[] {
    const own = this.#own(identity);
    const dated = own.filter(({ undated }) => !undated);
    const levels = own.filter(({ state }) => isLevel(state));
    const newest = newestOf(levels.filter(({ undated }) => !undated));
    const undated = levels.filter(
      (entry) => entry.undated && !dated.some((other) => isLevel(other.state) && other.at >= entry.at),
    );
    const contested = levels.filter(({ contestedUntil }) => contestedUntil !== undefined && now < contestedUntil);
    return [...(newest === undefined ? [] : [newest]), ...undated, ...contested.filter((entry) => this.#isLast(entry))]
      .filter((entry) => isBad(entry.state) && !entry.isHidden && !this.#isOver(entry, own, now))
      .map(closingOf);
  }

  #isOver(level: Entry, own: readonly Entry[], now: Instant): boolean {
    // A state without a time may not count, and its level is missing from then on if it does; a level without a time may be older than any state.
    const without = this.#entries.filter(
      ({ identity, held, state, at }) =>
        identity === level.identity &&
        !held &&
        state !== undefined &&
        !isLevel(state) &&
        (at >= level.at || level.undated),
    );
    if (now >= Math.min(...without.map(({ at }) => at)) + 30 * DAY) return true;
    const last = Math.max(this.#olderFrom(level.identity), ...own.map(({ at }) => at));
    const forgottenAfter = (this.#thresholdDays === 0 ? 30 : this.#thresholdDays) * DAY;
    if (!this.#isNewest(level.identity) && now >= last + forgottenAfter) return true;
    return (
      this.#isSuperseded(level.identity, level.at) ||
      this.#wild.some(({ state, at }) => state !== undefined && (at >= level.at || level.undated))
    );
  }

  /** The app that is gone or not set up, while the record is the newest. */
  #appState(identity: string): readonly Closing[] {
    if (!this.#isNewest(identity)) return [];
    const telling = this.#own(identity).filter(({ state }) => state !== undefined && !saysNothing(state));
    const newest = newestOf(telling.filter(({ undated }) => !undated));
    const all = [newest, ...telling.filter((entry) => entry.undated && entry.at > (newest?.at ?? 0))];
    return all.flatMap((entry) =>
      entry !== undefined && !entry.isHidden && !isLevel(entry.state) && isBad(entry.state) ? [closingOf(entry)] : [],
    );
  }

  /** A finding newer than the posture counts until the next posture or for an hour; without any posture until it is over. */
  #findings(identity: string, now: Instant): readonly Closing[] {
    const own = this.#entries.filter((entry) => entry.identity === identity && !entry.held && !entry.undated);
    return own.flatMap((entry) =>
      entry.findings.flatMap((finding) => {
        if (finding.state !== 'open' || finding.severity === undefined || finding.severity === 'secured') return [];
        const state = `${finding.severity}Severity` as ThreatState;
        return this.#isFindingOver(finding.id, entry, now)
          ? []
          : [{ state, at: entry.at, reportId: entry.reportId, identity }];
      }),
    );
  }

  #isFindingOver(id: string, entry: Entry, now: Instant): boolean {
    const all = [...this.#entries, ...this.#wild];
    // Reported twice, it is not the news that it was: only what is reported once is followed here.
    if (all.some((other) => other.reportId !== entry.reportId && other.findings.some((finding) => finding.id === id)))
      return true;
    const postures = this.#heard.filter(
      ({ state, identity }) =>
        (state !== undefined && (identity ?? NAMELESS) === entry.identity) || identity === undefined,
    );
    if (postures.some(({ at, matched }) => at >= entry.at || !matched)) return true;
    if (this.#isSuperseded(entry.identity, entry.at)) return true;
    const hasPosture = postures.length > 0 || !this.#isNewest(entry.identity);
    return hasPosture && now >= entry.at + 3_600 * SECOND;
  }

  // ---- what may be about this device or another

  #held(identity: string, now: Instant): readonly Closing[] {
    const all = this.#entries.filter(
      (entry) => entry.held && entry.identity === identity && !entry.undated && entry.state !== undefined,
    );
    const held = heldFrom(all);
    const level = newestOf(held.filter(({ state }) => isLevel(state)));
    if (level === undefined || level.isHidden || !isBad(level.state)) return [];
    const without = this.#entries.filter(
      (entry) =>
        entry.held &&
        entry.identity === identity &&
        entry.state !== undefined &&
        !isLevel(entry.state) &&
        entry.at >= level.at,
    );
    if (without.some(({ retires }) => retires) || now >= Math.min(...without.map(({ at }) => at)) + 30 * DAY) return [];
    if (now >= Math.max(...held.map(({ at }) => at)) + 30 * DAY) return [];
    // A report about whichever record may have made an earlier held level the record's own.
    const mayBeItsOwn = (word: Word): boolean =>
      this.#wild.length > 0 && (word.identity ?? NAMELESS) === identity && isLevel(word.state) && word.at > level.at;
    const settled =
      this.#entries.some(
        (entry) => !entry.held && entry.identity === identity && isLevel(entry.state) && entry.at >= level.at,
      ) || this.#heard.some(mayBeItsOwn);
    return settled || this.#isSuperseded(identity, level.at) ? [] : [closingOf(level)];
  }

  /** The first report that is known to be about this device makes what was held its own. */
  #settle(word: Word, identity: string): void {
    // An id of the management is no key that what was held without one can be known by.
    if (word.identity === undefined && word.tied) return;
    const own = this.#entries.filter((entry) => !entry.held && entry.identity === identity);
    if (
      this.#wild.length > 0 ||
      word.state === undefined ||
      (own.length > 0 && !own.some(({ undated, state }) => !undated && state !== undefined))
    ) {
      this.release(identity);
    } else if (own.length === 0) {
      const held = heldFrom(this.#entries.filter((entry) => entry.identity === identity));
      this.#entries = this.#entries.flatMap((entry) =>
        entry.identity !== identity ? [entry] : held.includes(entry) ? [{ ...entry, held: false }] : [],
      );
    }
  }

  // ---- records beside each other

  /** What a record reported since it was last removed, as far as it counts. */
  #own(identity: string): readonly Entry[] {
    const own = this.#entries.filter(
      (entry) => entry.identity === identity && !entry.held && entry.state !== undefined,
    );
    const removedAt = Math.max(...own.filter(({ retires }) => retires).map(({ at }) => at));
    return own.filter(({ at, counts }) => counts && at > removedAt);
  }

  #isNewest(identity: string): boolean {
    if (this.#wild.length > 0) return false;
    const first = Math.min(
      ...this.#heard.filter((word) => (word.identity ?? NAMELESS) === identity).map(({ at }) => at),
    );
    const others = new Set(this.#entries.filter((entry) => entry.identity !== identity).map((entry) => entry.identity));
    return [...others].every((other) => this.#surelyHeardBy(other) < first);
  }

  /** When a record had reported for the first time at the latest. */
  #surelyHeardBy(identity: string): Instant {
    const own = this.#entries.filter(
      (entry) => entry.identity === identity && entry.matched && !entry.isHidden && entry.state !== undefined,
    );
    const dated = own.find(({ undated }) => !undated);
    return dated === undefined ? Infinity : Math.max(dated.at, own.find(({ undated }) => undated)?.at ?? dated.at);
  }

  /** A newer record, tied by management, has reported a level; what was reported before its first report is over. */
  #isSuperseded(identity: string, at: Instant): boolean {
    const hasPosture = this.#entries.some((entry) => entry.identity === identity && entry.state !== undefined);
    const reportsLevel = ({ state, findings }: Word): boolean => isLevel(state) || (!hasPosture && findings.length > 0);
    const others = this.#heard
      .filter((word) => (word.identity ?? NAMELESS) !== identity && reportsLevel(word))
      .map((word) => word.identity ?? NAMELESS);
    if (this.#wild.some((word) => (word.state !== undefined || reportsLevel(word)) && word.at >= at)) return true;
    return others.some((other) => this.#isTied(other) && at <= this.#surelyHeardBy(other));
  }

  /** A record is no older one before another is heard; its silence counts from then. */
  #olderFrom(identity: string): Instant {
    const firstReceipt = (isOf: (word: Word) => boolean): Instant => this.#heard.find(isOf)?.receivedAt ?? -Infinity;
    const isOwn = (word: Word): boolean => (word.identity ?? NAMELESS) === identity;
    return Math.max(
      firstReceipt(isOwn),
      firstReceipt((word) => !isOwn(word) || this.#wild.includes(word)),
    );
  }

  #isTied(identity: string): boolean {
    return this.#heard.some((word) => (word.identity ?? NAMELESS) === identity && word.tied);
  }

  // ---- clocks that differ a little

  #contest(word: Word, identity: string): Instant | undefined {
    if (!word.matched || word.undated || !isBad(word.state) || word.findings.length > 0 || this.#wild.length > 0)
      return undefined;
    if (this.#entries.some((entry) => entry.identity !== identity || entry.contestedUntil !== undefined))
      return undefined;
    const current = newestOf(this.#own(identity));
    const isHardlyOlder =
      current !== undefined && isLevel(current.state) && current.at >= word.at && current.at - word.at <= 5 * SECOND;
    return isHardlyOlder && badness(current.state as ThreatState) < badness(word.state as ThreatState)
      ? word.receivedAt + 60 * SECOND
      : undefined;
  }

  #isLast(entry: Entry): boolean {
    return this.#wild.length === 0 && this.#entries.at(-1) === entry;
  }
}

/** Good news before the first bad news holds nothing. */
function heldFrom(entries: readonly Entry[]): readonly Entry[] {
  const first = entries.findIndex(({ state }) => isBad(state));
  return first === -1 ? [] : entries.slice(first);
}

function closingOf({ state, at, reportId, identity }: Entry): Closing {
  return { state: state as ThreatState, at, reportId, identity };
}
