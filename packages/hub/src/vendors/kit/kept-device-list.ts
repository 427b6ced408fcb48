import type { DeviceSnapshot, RemovedDevice, WordsOf } from './device-snapshot.ts';
import type { Feed } from '../vendor.ts';
import { fingerprint, isRecord } from './wire-read.ts';

/** Before what was reported last of a device, once for each whole list in a row that did not hold it. Not a sign of `fingerprint`. */
const MISSED = '!';
/** Sixty bits: that two words of one device give the same is not to be expected. */
const WORD_LENGTH = 10;
/** In place of what was said last: it may or may not have been stored, or another word may count since. */
const UNSURE = '?'.repeat(WORD_LENGTH);
/** When more than this many and more than half of the devices are gone at once, the list is not believed. */
const MOST_GONE = 20;
/** As many reports as the hub stores whole or not at all. */
const AT_ONCE = 1_000;

export interface KeptDeviceListOptions {
  readonly wordsOf: WordsOf;
  /** Whether a device that the list holds no longer is told as removed: only where the list is known to be whole. */
  readonly tellsRemoved: boolean;
  /** Every device each time: for a list that is read rarely, beside a stream that tells states as well. */
  readonly tellsAll?: boolean;
}

/** Of a device that was told, or tried to be, in the round under way. */
interface Said {
  readonly word: string;
  /** Stands in the id of the report. */
  readonly name: number;
}

/**
 * Hands on what is news in a list, so that what the list says now is what counts. "Secure, at risk, secure" would
 * give the third record the id of the first, and the hub would take it for a repetition; so what was said of each
 * device is kept, across restarts too, and a report bears the name of its round. Every device is told anew once a
 * day, which shows that the word still stands.
 *
 * Before the first news of a round it is kept that the round is open. Who finds it open was killed in it, does not know
 * what was stored, and tells every device: under the name that the round had, so that what was stored is the same
 * report, or under a new one where that name may stand for two words of a device.
 */
export class KeptDeviceList {
  readonly #options: KeptDeviceListOptions;
  /** By device id: what was said last, shortened, and the phone behind it, shortened, where that is known. */
  readonly #told: Map<string, string>;
  /** Devices of the round under way. */
  #seen = new Set<string>();
  readonly #said = new Map<string, Said>();
  #takenAt = 0;
  /** Names the round under way; later than every name before it. */
  #round: number | undefined;
  #lastName = 0;
  /** As it was kept: 0 at rest, 1 open, 2 open and its name may stand for two words of a device. */
  #open: 0 | 1 | 2 = 0;
  #twice = false;
  #anew = false;

  /** `kept` is what `toJSON` gave; anything else counts as nothing. */
  constructor(options: KeptDeviceListOptions, kept: unknown) {
    this.#options = options;
    const { told, round, open } = isRecord(kept) ? kept : {};
    const entries = isRecord(told) ? Object.entries(told) : [];
    this.#told = new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
    if (typeof round === 'number') {
      this.#lastName = round;
      if (open !== 2) this.#round = round;
    }
    this.#twice = open === 1;
    this.#anew = open === 1 || open === 2;
  }

  /** Resolves once everything is durable. `save` keeps what `toJSON` gives. */
  async tell(feed: Feed, devices: readonly unknown[], takenAt: number, save: () => Promise<void>): Promise<void> {
    this.#takenAt = takenAt;
    this.#round ??= Math.max(this.#lastName + 1, takenAt);
    for (let i = 0; i < devices.length; i += AT_ONCE)
      await this.#tellSome(feed, devices.slice(i, i + AT_ONCE), takenAt, save);
  }

  /** What was said of a device no longer counts for sure: it is told again in the next round. */
  doubt(id: string): void {
    const told = this.#told.get(id);
    if (told !== undefined) this.#told.set(id, `${MISSED.repeat(missesIn(told))}${UNSURE}${phoneIn(told)}`);
  }

  /** As `doubt`, of the devices with these ids, be they the vendor's or those of the phones behind its entries. */
  doubtAny(ids: readonly string[]): void {
    if (ids.length === 0) return;
    const phones = new Set(ids.map(shortPhone));
    for (const [id, told] of this.#told) if (phones.has(phoneIn(told))) this.doubt(id);
    for (const id of ids) this.doubt(id);
  }

  /**
   * The whole list was read. What it holds no longer is told as removed when the next one does not hold it either:
   * while a list is read in pages, a device that goes makes others change places, and one may be passed over.
   * An empty list, and one that lost most of its devices, tells nothing: rather a key may see less than before.
   * Answers how many devices are gone and were not believed to be. Resolves once everything is durable.
   */
  async endRound(feed: Feed): Promise<{ readonly doubted: number }> {
    const missing = [...this.#told.keys()].filter((id) => !this.#seen.has(id));
    const doubted =
      this.#seen.size === 0 || (missing.length > MOST_GONE && missing.length > this.#seen.size) ? missing.length : 0;
    if (doubted === 0) {
      await this.#endOf(
        missing.filter((id) => this.#told.get(id)?.startsWith(MISSED)),
        feed,
      );
      for (const id of missing) {
        const told = this.#told.get(id);
        if (told !== undefined) this.#told.set(id, MISSED + told);
      }
    }
    this.#seen = new Set();
    this.#said.clear();
    // Another name in any case, also where the vendor's clock was put back.
    this.#round = Math.max(this.#lastName + 1, this.#takenAt);
    this.#twice = false;
    this.#anew = false;
    this.rest();
    return { doubted };
  }

  /** Nothing is under way: what is known of the devices is right, and may be kept as such. */
  rest(): void {
    this.#open = 0;
  }

  toJSON(): {
    readonly round: number | undefined;
    readonly open: number;
    readonly told: Readonly<Record<string, string>>;
  } {
    // A round that rests in the middle goes on under another name in another process, which does not know what was said.
    const round = this.#open === 0 && this.#said.size > 0 ? this.#lastName + 1 : this.#round;
    return { round, open: this.#open, told: Object.fromEntries(this.#told) };
  }

  async #tellSome(feed: Feed, devices: readonly unknown[], takenAt: number, save: () => Promise<void>): Promise<void> {
    const time = new Date(takenAt).toISOString();
    const heard: { readonly id: string; readonly told: string }[] = [];
    const news = devices.flatMap((device): readonly DeviceSnapshot[] => {
      const words = isRecord(device) ? this.#options.wordsOf(device) : undefined;
      if (words === undefined) return [{ takenAt: time, device }];
      const { id, phone } = words;
      const word = fingerprint(words.words, Math.floor(takenAt / 86_400_000)).slice(0, WORD_LENGTH);
      this.#seen.add(id);
      if (!this.#isNews(id, word)) {
        this.#told.set(id, word + shortPhone(phone));
        return [];
      }
      heard.push({ id, told: word + shortPhone(phone) });
      return [{ takenAt: time, device, round: this.#nameOf(id, word, takenAt) }];
    });
    if (news.length === 0) return;
    for (const { id, told } of heard) this.#told.set(id, UNSURE + phoneIn(told));
    const open = this.#twice ? 2 : 1;
    if (this.#open < open) {
      this.#open = open;
      await save();
    }
    await feed.take(news);
    for (const { id, told } of heard) this.#told.set(id, told);
  }

  #isNews(id: string, word: string): boolean {
    const told = this.#told.get(id);
    const last = told?.slice(missesIn(told), missesIn(told) + WORD_LENGTH);
    return last !== word || ((this.#anew || this.#options.tellsAll === true) && !this.#said.has(id));
  }

  /** What changes again within a round is another report. */
  #nameOf(id: string, word: string, takenAt: number): number {
    const before = this.#said.get(id);
    if (before?.word === word) return before.name;
    if (before !== undefined) this.#twice = true;
    const name = before === undefined ? (this.#round ?? takenAt) : Math.max(takenAt, before.name + 1);
    this.#said.set(id, { word, name });
    this.#lastName = Math.max(this.#lastName, name);
    return name;
  }

  /**
   * A phone that was enrolled again has a new entry, which goes on reporting it when the former one is gone: it is
   * reported again in the next round, should the former one have reported last, and only then is the former one removed.
   */
  async #endOf(gone: readonly string[], feed: Feed): Promise<void> {
    if (this.#options.tellsRemoved && gone.length > 0) {
      const phones = new Set(
        gone
          .map((id) => this.#told.get(id) ?? '')
          .filter((told) => missesIn(told) === 1)
          .map(phoneIn),
      );
      const live = [...this.#seen].map((id) => ({ id, phone: phoneIn(this.#told.get(id) ?? '') }));
      const livePhones = new Set(live.map(({ phone }) => phone).filter((phone) => phone !== ''));
      const isFormer = (id: string): boolean => livePhones.has(phoneIn(this.#told.get(id) ?? ''));
      const removed = gone.filter((id) => !isFormer(id) || missesIn(this.#told.get(id) ?? '') > 1);
      const time = new Date(this.#takenAt).toISOString();
      if (removed.length > 0) await feed.take(removed.map((id): RemovedDevice => ({ takenAt: time, removed: id })));
      for (const id of removed) this.#told.delete(id);
      // Where no phone is known, it may be any.
      for (const { id, phone } of live) if (phones.has(phone) || phones.has('') || phone === '') this.doubt(id);
      return;
    }
    for (const id of gone) this.#told.delete(id);
  }
}

function shortPhone(phone: string | undefined): string {
  return phone === undefined ? '' : fingerprint(phone).slice(0, WORD_LENGTH);
}

function phoneIn(told: string): string {
  return told.slice(missesIn(told) + WORD_LENGTH);
}

/** How many whole lists in a row did not hold the device. */
function missesIn(told: string): number {
  let misses = 0;
  while (told[misses] === MISSED) misses += 1;
  return misses;
}
