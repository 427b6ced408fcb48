/** A set of policies, one bit each: what makes a decision cost the same at ten policies and at a thousand. */
export type Mask = Int32Array;

export function emptyMask(bits: number): Mask {
  return new Int32Array(Math.max(1, Math.ceil(bits / 32)));
}

export function setBit(mask: Mask, bit: number): void {
  mask[bit >> 5] = (mask[bit >> 5] as number) | (1 << (bit & 31));
}

export function addAll(mask: Mask, other: Mask | undefined): void {
  if (other === undefined) return;
  for (let i = 0; i < mask.length; i += 1) mask[i] = (mask[i] as number) | (other[i] as number);
}

export function removeAll(mask: Mask, other: Mask | undefined): void {
  if (other === undefined) return;
  for (let i = 0; i < mask.length; i += 1) mask[i] = (mask[i] as number) & ~(other[i] as number);
}

export function common(mask: Mask, other: Mask): Mask {
  return mask.map((word, i) => word & (other[i] as number));
}

/** For each key the policies that name it. */
export class MaskByKey {
  readonly #bits: number;
  readonly #named = new Map<string, Mask>();

  constructor(bits: number) {
    this.#bits = bits;
  }

  add(key: string, bit: number): void {
    let mask = this.#named.get(key);
    if (mask === undefined) this.#named.set(key, (mask = emptyMask(this.#bits)));
    setBit(mask, bit);
  }

  get(key: string): Mask | undefined {
    return this.#named.get(key);
  }
}
