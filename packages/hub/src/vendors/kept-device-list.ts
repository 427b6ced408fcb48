import type { DeviceSnapshot, WordsOf } from './device-snapshot.ts';
import type { Feed } from './vendor.ts';
import { fingerprint, isRecord } from './wire-read.ts';

/**
 * Hands on what is news in a list that tells neither when a word became true nor when the device was last heard
 * of. "Secure, at risk, secure" would give the third record the id of the first, and the hub would take it for
 * a repetition; so what was said of each device is kept, across restarts too, and each snapshot counts as
 * changed. Every device is told anew once a day, which shows that the word still stands.
 */
export class KeptDeviceList {
  readonly #wordsOf: WordsOf;
  /** By device id: what was said last, shortened. */
  readonly #told: Map<string, string>;
  /** Devices of the round under way. */
  #seen = new Set<string>();

  /** `kept` is what `toJSON` gave; anything else counts as nothing. */
  constructor(wordsOf: WordsOf, kept: unknown) {
    this.#wordsOf = wordsOf;
    const entries = isRecord(kept) ? Object.entries(kept) : [];
    this.#told = new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  }

  /** Resolves once everything is durable. */
  async tell(feed: Feed, devices: readonly unknown[], takenAt: number): Promise<void> {
    const time = new Date(takenAt).toISOString();
    const heard: { readonly id: string; readonly word: string }[] = [];
    const news = devices.filter((device) => {
      const told = isRecord(device) ? this.#wordsOf(device) : undefined;
      if (told === undefined) return true;
      const word = shortened(told.words, takenAt);
      heard.push({ id: told.id, word });
      return this.#told.get(told.id) !== word;
    });
    if (news.length > 0) await feed.take(news.map((device): DeviceSnapshot => ({ takenAt: time, device, changed: true })));
    for (const { id, word } of heard) {
      this.#told.set(id, word);
      this.#seen.add(id);
    }
  }

  /** The whole list was read: what it no longer holds is forgotten. */
  endRound(): void {
    for (const id of this.#told.keys()) if (!this.#seen.has(id)) this.#told.delete(id);
    this.#seen = new Set();
  }

  toJSON(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#told);
  }
}

/** Sixty bits: that two words of one device give the same is not to be expected. */
function shortened(words: string, takenAt: number): string {
  return fingerprint(words, Math.floor(takenAt / 86_400_000)).slice(0, 10);
}
