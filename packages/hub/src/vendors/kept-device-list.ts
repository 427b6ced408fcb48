import type { DeviceSnapshot, RemovedDevice, WordsOf } from './device-snapshot.ts';
import type { Feed } from './vendor.ts';
import { fingerprint, isRecord } from './wire-read.ts';

/** Before what was said last of a device that the last whole list did not hold. */
const MISSED = '-';
/** When more than this many and more than half of the devices are gone at once, the list is not believed. */
const MOST_GONE = 20;

/**
 * Hands on what is news in a list that tells neither when a word became true nor when the device was last heard
 * of. "Secure, at risk, secure" would give the third record the id of the first, and the hub would take it for
 * a repetition; so what was said of each device is kept, across restarts too, and each snapshot counts as
 * changed. Every device is told anew once a day, which shows that the word still stands. What was said is kept after
 * each whole list; a list that a stop cut in two is read again from its beginning, and what was told of it has the
 * same report ids as before.
 */
export class KeptDeviceList {
  readonly #wordsOf: WordsOf;
  /** By device id: what was said last, shortened. */
  readonly #told: Map<string, string>;
  /** Devices of the round under way. */
  #seen = new Set<string>();
  #takenAt = 0;
  /** Names the round under way: when the one before ended. */
  #round: number | undefined;

  /** `kept` is what `toJSON` gave; anything else counts as nothing. */
  constructor(wordsOf: WordsOf, kept: unknown) {
    this.#wordsOf = wordsOf;
    const { told, round } = isRecord(kept) ? kept : {};
    const entries = isRecord(told) ? Object.entries(told) : [];
    this.#round = typeof round === 'number' ? round : undefined;
    this.#told = new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  }

  /** To be asked before a round: whether it is the first, and now has a name that is to be kept at once. */
  begins(now: number): boolean {
    if (this.#round !== undefined) return false;
    this.#round = now;
    return true;
  }

  /** Resolves once everything is durable. */
  async tell(feed: Feed, devices: readonly unknown[], takenAt: number): Promise<void> {
    this.#takenAt = takenAt;
    const time = new Date(takenAt).toISOString();
    const heard: { readonly id: string; readonly word: string }[] = [];
    const news = devices.filter((device) => {
      const told = isRecord(device) ? this.#wordsOf(device) : undefined;
      if (told === undefined) return true;
      const word = shortened(told.words, takenAt);
      heard.push({ id: told.id, word });
      const before = this.#told.get(told.id);
      return before !== word && before !== MISSED + word;
    });
    if (news.length > 0) await feed.take(news.map((device): DeviceSnapshot => ({ takenAt: time, device, changed: true, ...this.#nameOf(device) })));
    for (const { id, word } of heard) {
      this.#told.set(id, word);
      this.#seen.add(id);
    }
  }

  /**
   * The whole list was read. What it holds no longer is told as removed when the next one does not hold it either:
   * while a list is read in pages, a device that goes makes others change places, and one may be passed over.
   * An empty list, and one that lost most of its devices, tells nothing: rather a key may see less than before.
   * Answers how many devices are gone and were not believed to be. Resolves once everything is durable.
   */
  async endRound(feed: Feed): Promise<{ readonly doubted: number }> {
    const missing = [...this.#told.keys()].filter((id) => !this.#seen.has(id));
    const doubted = this.#seen.size === 0 || (missing.length > MOST_GONE && missing.length > this.#seen.size) ? missing.length : 0;
    if (doubted === 0) {
      const gone = missing.filter((id) => this.#told.get(id)?.startsWith(MISSED));
      const time = new Date(this.#takenAt).toISOString();
      if (gone.length > 0) await feed.take(gone.map((removed): RemovedDevice => ({ takenAt: time, removed })));
      for (const id of gone) this.#told.delete(id);
      for (const id of missing) {
        const told = this.#told.get(id);
        if (told !== undefined) this.#told.set(id, MISSED + told);
      }
    }
    this.#seen = new Set();
    // Another name in any case, also where the vendor's clock was put back.
    this.#round = Math.max((this.#round ?? 0) + 1, this.#takenAt);
    return { doubted };
  }

  /** What changes again within a round is another report. */
  #nameOf(device: unknown): { readonly round?: number } {
    const id = isRecord(device) ? this.#wordsOf(device)?.id : undefined;
    return this.#round === undefined || id === undefined || this.#seen.has(id) ? {} : { round: this.#round };
  }

  toJSON(): { readonly round: number | undefined; readonly told: Readonly<Record<string, string>> } {
    return { round: this.#round, told: Object.fromEntries(this.#told) };
  }
}

/** Sixty bits: that two words of one device give the same is not to be expected. */
function shortened(words: string, takenAt: number): string {
  return fingerprint(words, Math.floor(takenAt / 86_400_000)).slice(0, 10);
}
