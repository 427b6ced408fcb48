import type { Frame } from './frames.ts';
import type { Piece } from './outbox-pages.ts';

/** The newest frames, so that whoever was away for a moment is served without the database. */
export class RecentFrames {
  readonly #limit: number;
  #frames: Frame[] = [];
  #after: number;

  /** @param after every frame with a greater seq will be given to `add` */
  constructor(limit: number, after: number) {
    this.#limit = limit;
    this.#after = after;
  }

  /** All frames after this position are here. */
  get after(): number {
    return this.#after;
  }

  add(frames: readonly Frame[]): void {
    // One by one: as arguments of one call, very many would not fit on the stack.
    for (const frame of frames) this.#frames.push(frame);
    // Trimmed by halves, so that adding one frame does not move all others.
    if (this.#frames.length <= this.#limit * 2) return;
    const dropped = this.#frames.splice(0, this.#frames.length - this.#limit);
    this.#after = dropped.at(-1)?.seq ?? this.#after;
  }

  /** The next frames after `position`, of about `bytes`. @param head where the caller is after the last of all frames */
  next(position: number, bytes: number, head: number): Piece {
    const first = indexAfter(this.#frames, position);
    let end = first;
    for (let size = 0; end < this.#frames.length && size < bytes; end += 1)
      size += (this.#frames[end] as Frame).bytes.byteLength;
    const frames = this.#frames.slice(first, end);
    return { frames, upTo: end < this.#frames.length ? (frames.at(-1) as Frame).seq : head };
  }
}

/** Of the first of `frames`, which are in order, that comes after `position`. */
function indexAfter(frames: readonly Frame[], position: number): number {
  let low = 0;
  let high = frames.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((frames[middle] as Frame).seq > position) high = middle;
    else low = middle + 1;
  }
  return low;
}

export function bytesOf(frames: readonly Frame[]): Buffer {
  return frames.length === 1 ? (frames[0] as Frame).bytes : Buffer.concat(frames.map((frame) => frame.bytes));
}

export function sizeOf(frames: readonly Frame[]): number {
  return frames.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
}
