/** A message as it came, or how long one was that is longer than is taken and was passed over. */
export type Frame = { readonly line: Buffer } | { readonly tooLong: number };

/** The sender speaks something else; nothing after this can be understood. */
export class FramingError extends Error {}

const LF = 0x0a;
const SPACE = 0x20;
const ZERO = 0x30;
const NINE = 0x39;
/** `MSG-LEN` of RFC 5425 with more digits is no length of a message. */
const MAX_DIGITS = 8;

/** What is being passed over: so many bytes more of a counted message, or a line, of which so many were seen. */
type Skipping = { left: number; readonly length: number } | { line: number };

/**
 * Cuts a stream of syslog into messages. Each is counted in front (`12 <134>1 ...`, RFC 5425 section 4.3) or ends
 * with a line feed, which RFC 6587 section 3.4 describes and most products do over TLS too; its first byte tells.
 * What a sender leaves unfinished is no message: half of a report could say the opposite of the whole.
 */
export class FrameReader {
  readonly #maxBytes: number;
  #rest: Buffer = Buffer.alloc(0);
  #skipping: Skipping | undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Whether something was begun and not finished. */
  get unfinished(): boolean {
    return this.#rest.byteLength > 0 || this.#skipping !== undefined;
  }

  /** The messages that are complete with this chunk. */
  push(chunk: Buffer): readonly Frame[] {
    this.#rest = this.#rest.byteLength === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: Frame[] = [];
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) {
      if (!('line' in frame) || frame.line.byteLength > 0) frames.push(frame);
    }
    return frames;
  }

  #next(): Frame | undefined {
    if (this.#skipping !== undefined) return this.#skip(this.#skipping);
    const first = this.#rest[0];
    if (first === undefined) return undefined;
    return first > ZERO && first <= NINE ? this.#counted() : this.#ended();
  }

  #counted(): Frame | undefined {
    const space = this.#rest.indexOf(SPACE);
    const digits = this.#rest.subarray(0, space === -1 ? MAX_DIGITS + 1 : space).toString('latin1');
    if (digits.length > MAX_DIGITS || !/^\d+$/.test(digits)) throw new FramingError('What was sent is neither syslog with a length in front nor a line of syslog.');
    if (space === -1) return undefined;
    const length = Number(digits);
    const start = space + 1;
    if (length > this.#maxBytes) {
      this.#rest = this.#rest.subarray(start);
      this.#skipping = { left: length, length };
      return this.#skip(this.#skipping);
    }
    if (this.#rest.byteLength < start + length) return undefined;
    return { line: this.#cut(start, start + length) };
  }

  #ended(): Frame | undefined {
    const end = this.#rest.indexOf(LF);
    if (end !== -1 && end <= this.#maxBytes) return { line: this.#cut(0, end, 1) };
    if (end === -1 && this.#rest.byteLength <= this.#maxBytes) return undefined;
    this.#skipping = { line: 0 };
    return this.#skip(this.#skipping);
  }

  #skip(skipping: Skipping): Frame | undefined {
    if ('left' in skipping) {
      const passed = Math.min(skipping.left, this.#rest.byteLength);
      this.#rest = this.#rest.subarray(passed);
      skipping.left -= passed;
      if (skipping.left > 0) return undefined;
      this.#skipping = undefined;
      return { tooLong: skipping.length };
    }
    const end = this.#rest.indexOf(LF);
    skipping.line += end === -1 ? this.#rest.byteLength : end;
    this.#rest = end === -1 ? Buffer.alloc(0) : this.#rest.subarray(end + 1);
    if (end === -1) return undefined;
    this.#skipping = undefined;
    return { tooLong: skipping.line };
  }

  #cut(from: number, to: number, after = 0): Buffer {
    const line = this.#rest.subarray(from, to);
    this.#rest = this.#rest.subarray(to + after);
    return line;
  }
}
