const SLOTS = 4_096;
const LONGEST = 1_024;
const SAMPLES = 32;

interface Slot<V> {
  readonly bytes: Buffer;
  readonly value: V;
}

/**
 * Remembers what bytes mean, in a fixed number of slots where the newer takes the place of the older. A miss
 * must cost next to nothing, for callers may never ask the same twice: no hash of everything, no list to
 * keep in order, and nothing kept before it came a second time. A hit is only what is equal byte for byte.
 */
export class BytesCache<V> {
  readonly #slots = new Array<Slot<V> | undefined>(SLOTS).fill(undefined);

  /** The hash last seen at each slot. */
  readonly #seen = new Int32Array(SLOTS);

  get(bytes: Buffer): V | undefined {
    const slot = this.#slots[slotOf(hashOf(bytes))];
    return slot !== undefined && slot.bytes.equals(bytes) ? slot.value : undefined;
  }

  set(bytes: Buffer, value: V): void {
    if (bytes.length > LONGEST) return;
    const hash = hashOf(bytes);
    const slot = slotOf(hash);
    if (this.#seen[slot] !== hash) {
      this.#seen[slot] = hash;
      return;
    }
    // A copy: the original is part of a larger buffer that would be kept with it.
    this.#slots[slot] = { bytes: Buffer.from(bytes), value };
  }
}

/** FNV-1a over bytes taken evenly from the whole. */
function hashOf(bytes: Buffer): number {
  const step = Math.max(1, Math.floor(bytes.length / SAMPLES));
  let hash = 0x811c9dc5 ^ bytes.length;
  for (let i = 0; i < bytes.length; i += step) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return hash | 0;
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}
