import { ByteQueue } from './byte-queue.ts';
import { readLeadingNumber, SHORTEST_CEF } from './leading-number.ts';

/** A message as it arrived, or the length of one that is longer than is taken and was passed over. `at`: its first byte in the stream. */
export type Frame = { readonly at: number } & ({ readonly line: Buffer } | { readonly tooLong: number });

/** What the stream ended in the middle of: a line, or a counted message of which so many bytes are missing. */
export type Unfinished = { readonly at: number } & ({ readonly line: Buffer } | { readonly missing: number });

/** RFC 5425 asks for 8,192 at least; products write long lines. */
export const MAX_LINE_BYTES = 64 * 1024;

const NUL = 0x00;
const LF = 0x0a;
const CR = 0x0d;
const ZERO = 0x30;
const NINE = 0x39;
const PRIORITY = 0x3c;
const CAPITAL_C = 0x43;
const BOM = Buffer.from('\ufeff');

type Begun =
  | { readonly kind: 'line' }
  | { readonly kind: 'count' | 'unclear'; readonly length: number; readonly start: number }
  /** Passed over: so many bytes more of a counted message. */
  | { readonly kind: 'skipCounted'; readonly length: number; left: number }
  /** Passed over up to the end of the line, of which so many bytes were seen. */
  | { readonly kind: 'skipLine'; seen: number };

/**
 * Cuts a stream of syslog into messages. Each is counted in front (`12 <134>1 ...`, RFC 5425 section 4.3) or ends
 * with a line feed, which RFC 6587 section 3.4 describes and most products do over TLS too; both may come in one
 * stream. A byte order mark and what remains of line ends are passed over in front of a message. NUL ends a
 * line (RFC 6587 section 3.4.2) where it is the first to end one: behind a line feed it is content, as nobody who
 * names an app may begin a message of their own. What is left unfinished is no message: half of a report could
 * say the opposite of the whole. Linear in the bytes that pass through.
 */
export class FrameReader {
  readonly #maxBytes: number;
  readonly #queue = new ByteQueue();
  #begun: Begun | undefined;
  /** How much of the queue holds no end of the line that was begun. */
  #scanned = 0;
  #nulEndsLines: boolean | undefined;
  /** Bytes of the stream that were used, and where in it the message begins that is read. */
  #used = 0;
  #at = 0;
  #problem: string | undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Where in the stream the message begins that was begun last. */
  get at(): number {
    return this.#at;
  }

  /** Completes "the message ...": why nothing from here on can be understood, if it cannot. The messages before have been handed out. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** What was begun and is not finished. */
  get unfinished(): Unfinished | undefined {
    const begun = this.#begun;
    const at = this.#at;
    if (begun?.kind === 'skipCounted') return { missing: begun.left, at };
    if (begun?.kind === 'count') return { missing: begun.start + begun.length - this.#queue.length, at };
    return this.#queue.length > 0 || begun !== undefined ? { line: this.#queue.bytes, at } : undefined;
  }

  /** The messages that are complete with this chunk. */
  push(chunk: Buffer): readonly Frame[] {
    this.#queue.append(chunk);
    const frames: Frame[] = [];
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) frames.push(frame);
    return frames;
  }

  #next(): Frame | undefined {
    this.#begun ??= this.#begin();
    const begun = this.#begun;
    if (begun === undefined) return undefined;
    switch (begun.kind) {
      case 'line': return this.#line();
      case 'count': return this.#counted(begun.start, begun.length);
      case 'unclear': return this.#unclear(begun);
      case 'skipCounted': return this.#skipCounted(begun);
      case 'skipLine': return this.#skipLine(begun);
    }
  }

  #begin(): Begun | undefined {
    if (this.#problem !== undefined || !this.#passSeparators()) return undefined;
    this.#at = this.#used;
    const first = this.#queue.bytes[0] as number;
    if (!isDigit(first)) return { kind: 'line' };
    const number = readLeadingNumber(this.#queue.bytes, this.#maxBytes);
    if (number?.kind !== 'absurd') return number;
    this.#problem = 'is announced with a length that no message has; nothing from here on can be understood';
    return undefined;
  }

  /** Whether a message begins at what is now in front. */
  #passSeparators(): boolean {
    const { bytes } = this.#queue;
    let at = 0;
    for (let length = separatorAt(bytes, at); length > 0; length = separatorAt(bytes, at)) at += length;
    this.#drop(at);
    const rest = this.#queue.bytes;
    return rest.byteLength > 0 && !(rest.byteLength < BOM.byteLength && BOM.indexOf(rest) === 0);
  }

  #line(): Frame | undefined {
    const end = this.#findLineEnd(this.#queue.length);
    const length = end ?? this.#queue.length;
    if (length > this.#maxBytes) {
      this.#begun = { kind: 'skipLine', seen: 0 };
      return this.#next();
    }
    return end === undefined ? undefined : this.#cut(0, end);
  }

  #unclear({ start, length }: { readonly start: number; readonly length: number }): Frame | undefined {
    const end = this.#findLineEnd(start + length);
    // So few bytes hold nothing that would be waited for, so it may be seen first what follows.
    const isShort = length < SHORTEST_CEF;
    if (end === undefined && this.#queue.length < start + length + (isShort ? 1 : 0)) return undefined;
    const isCount = end === undefined && (!isShort || canBegin(this.#queue.bytes[start + length]));
    this.#begun = isCount ? { kind: 'count', start, length } : { kind: 'line' };
    if (end !== undefined) this.#scanned = end;
    return this.#next();
  }

  #counted(start: number, length: number): Frame | undefined {
    if (length > this.#maxBytes) {
      this.#drop(start);
      this.#begun = { kind: 'skipCounted', length, left: length };
      return this.#next();
    }
    return this.#queue.length < start + length ? undefined : this.#cut(start, start + length);
  }

  #skipCounted(skipping: { readonly length: number; left: number }): Frame | undefined {
    const passed = Math.min(skipping.left, this.#queue.length);
    this.#drop(passed);
    skipping.left -= passed;
    return skipping.left > 0 ? undefined : this.#finished({ tooLong: skipping.length, at: this.#at });
  }

  #skipLine(skipping: { seen: number }): Frame | undefined {
    const end = this.#findLineEnd(this.#queue.length);
    const passed = end ?? this.#queue.length;
    skipping.seen += passed;
    this.#drop(passed);
    return end === undefined ? undefined : this.#finished({ tooLong: skipping.seen, at: this.#at });
  }

  /** Where the line ends, looking no further than `limit`. What was looked at is not looked at again. */
  #findLineEnd(limit: number): number | undefined {
    const { bytes } = this.#queue;
    const to = Math.min(limit, bytes.byteLength);
    for (let i = this.#scanned; i < to; i += 1) {
      const byte = bytes[i];
      if (byte !== LF && (byte !== NUL || this.#nulEndsLines === false)) continue;
      this.#nulEndsLines ??= byte === NUL;
      this.#scanned = i;
      return i;
    }
    this.#scanned = Math.max(this.#scanned, to);
    return undefined;
  }

  #cut(from: number, to: number): Frame {
    const line = this.#queue.bytes.subarray(from, to);
    const at = this.#at;
    this.#drop(to);
    return this.#finished({ line, at });
  }

  #finished(frame: Frame): Frame {
    this.#begun = undefined;
    return frame;
  }

  #drop(count: number): void {
    this.#queue.drop(count);
    this.#used += count;
    this.#scanned = 0;
  }
}

/** Whether a message may begin with the byte: a count, a priority, a byte order mark, "CEF:"; or what stands between two. */
function canBegin(byte: number | undefined): boolean {
  return byte !== undefined && (isDigit(byte) || byte === PRIORITY || byte === CAPITAL_C || byte === BOM[0] || byte === LF || byte === CR || byte === NUL);
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

/** How many bytes at `at` stand between messages. */
function separatorAt(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === LF || byte === CR || byte === NUL) return 1;
  return byte === BOM[0] && bytes[at + 1] === BOM[1] && bytes[at + 2] === BOM[2] ? BOM.byteLength : 0;
}
