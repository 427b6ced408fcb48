import { ByteQueue } from './byte-queue.ts';
import { messageBeginsAt, readLeadingNumber, SHORTEST_CEF } from './leading-number.ts';

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
const BOM = Buffer.from('\ufeff');

type Begun =
  | { readonly kind: 'line' }
  | { readonly kind: 'count'; readonly length: number; readonly start: number }
  /** A count, unless a line ends within `scan` bytes; a low one also has to have the beginning of a message behind it. */
  | { readonly kind: 'unclear'; readonly length: number; readonly start: number; readonly scan: number }
  /** Passed over: so many bytes more of a counted message. */
  | { readonly kind: 'skipCounted'; readonly length: number; left: number }
  /** Passed over up to the end of the line, of which so many bytes were seen. */
  | { readonly kind: 'skipLine'; seen: number };

/**
 * Cuts a stream of syslog into messages. Each is counted in front (`12 <134>1 ...`, RFC 5425 section 4.3) or ends
 * with a line feed, which RFC 6587 section 3.4 describes and most products do over TLS too; both may come in one
 * stream. What a number in front of a priority is: `#numberBefore`. A byte order mark and what remains of line ends are passed over in front of a message. NUL ends a
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
  /** How the message before was framed; `undefined` for the first one. */
  #before: 'counted' | 'line' | undefined;
  /** The number in front of the priority of the last line that had one. */
  #lineNumber: number | undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
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
      case 'line':
        return this.#line();
      case 'count':
        return this.#counted(begun.start, begun.length);
      case 'unclear':
        return this.#unclear(begun);
      case 'skipCounted':
        return this.#skipCounted(begun);
      case 'skipLine':
        return this.#skipLine(begun);
    }
  }

  #begin(): Begun | undefined {
    if (!this.#passSeparators()) return undefined;
    this.#at = this.#used;
    const first = this.#queue.bytes[0] as number;
    if (!isDigit(first)) return { kind: 'line' };
    const number = readLeadingNumber(this.#queue.bytes, this.#maxBytes);
    switch (number?.kind) {
      case 'beforePriority':
        return this.#numberBefore(number);
      case 'unclear':
        return { ...number, scan: number.length };
      case 'line':
        return number.number === undefined ? { kind: 'line' } : this.#numberedLine(number.number);
      default:
        return number;
    }
  }

  /**
   * The number in front of a priority is the count of the bytes (RFC 6587 section 3.4.1), and line feeds among them are
   * content, behind a counted message and for the first of a connection. Behind a line a line that ends before so many
   * bytes are there was none; nor is that which goes on from the number of the line before.
   */
  #numberBefore({ length, start }: { readonly length: number; readonly start: number }): Begun {
    if (length === (this.#lineNumber ?? NaN) + 1) return this.#numberedLine(length);
    const isContent = this.#before === undefined && length <= this.#maxBytes;
    if (this.#before === 'counted' || (isContent && length >= SHORTEST_CEF)) return { kind: 'count', length, start };
    return { kind: 'unclear', length, start, scan: isContent ? 0 : Math.min(length, this.#maxBytes) };
  }

  #numberedLine(number: number): Begun {
    this.#lineNumber = number;
    return { kind: 'line' };
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

  #unclear({
    start,
    length,
    scan,
  }: {
    readonly start: number;
    readonly length: number;
    readonly scan: number;
  }): Frame | undefined {
    const end = scan === 0 ? undefined : this.#findLineEnd(start + scan);
    if (end === undefined && this.#queue.length < start + Math.min(length, this.#maxBytes)) return undefined;
    // So few bytes hold nothing that would be waited for, so it may be seen first what follows.
    const isCount = end === undefined && (length >= SHORTEST_CEF || messageBeginsAt(this.#queue.bytes, start + length));
    if (isCount === undefined) return undefined;
    this.#begun = isCount ? { kind: 'count', start, length } : this.#numberedLine(length);
    this.#scanned = end ?? 0;
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
    this.#before = this.#begun?.kind === 'line' || this.#begun?.kind === 'skipLine' ? 'line' : 'counted';
    this.#begun = undefined;
    return frame;
  }

  #drop(count: number): void {
    this.#queue.drop(count);
    this.#used += count;
    this.#scanned = 0;
  }
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
