/**
 * Random numbers that repeat from a seed: sfc32 (Chris Doty-Humphrey's, of the PractRand suite, which it passes). Good in all its bits,
 * unlike the one-line generators whose low bits go round in small circles and make every n-th request alike.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #count = 1;

  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = 0x9e3779b9 | 0;
    this.#c = 0x243f6a88;
    for (let i = 0; i < 20; i += 1) this.next();
  }

  /** At least 0, below 1. */
  next(): number {
    const sum = (this.#a + this.#b + this.#count) | 0;
    this.#count = (this.#count + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  }

  /** A whole number at least 0, below `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** `count` different numbers below `limit`. */
  distinct(count: number, limit: number): number[] {
    const chosen = new Set<number>();
    while (chosen.size < count) chosen.add(this.below(limit));
    return [...chosen];
  }
}
