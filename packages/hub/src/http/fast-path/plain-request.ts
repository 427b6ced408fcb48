import { readPlainHead } from './plain-head.ts';
import type { PlainHead, ReadHead } from './plain-head.ts';

export interface PlainRequest extends PlainHead {
  readonly body: Buffer;
}

/** What has arrived may be the beginning of a plain request. */
export const UNFINISHED = Symbol('unfinished');

const LONGEST = 16 * 1_024;
const ZERO = 0x30;
const NINE = 0x39;

interface Remembered extends PlainHead {
  readonly before: Buffer;
  readonly after: Buffer;
}

/**
 * Reads the requests of one connection. A client sends the same head again and again but for the length of the
 * body, so the last one is remembered: what equals it byte for byte around the length need not be read again.
 */
export class PlainRequestReader {
  readonly #line: string;
  #last: Remembered | undefined;

  /** @param path of the one route that is answered so; its method is POST */
  constructor(path: string) {
    this.#line = `POST ${path} HTTP/1.1\r\n`;
  }

  /** `undefined`: these bytes are not exactly one plain request, and will not be when more comes. */
  read(bytes: Buffer): PlainRequest | typeof UNFINISHED | undefined {
    return this.#readAsBefore(bytes) ?? this.#readAnew(bytes);
  }

  #readAsBefore(bytes: Buffer): PlainRequest | undefined {
    const last = this.#last;
    if (last === undefined || !hasAt(bytes, 0, last.before)) return undefined;
    const lengthAt = last.before.length;
    let at = lengthAt;
    let length = 0;
    for (let digit = bytes[at] ?? 0; digit >= ZERO && digit <= NINE && at < lengthAt + 5; digit = bytes[at] ?? 0) {
      length = length * 10 + digit - ZERO;
      at += 1;
    }
    const bodyAt = at + last.after.length;
    if (bytes[lengthAt] === ZERO || bodyAt + length !== bytes.length || !hasAt(bytes, at, last.after)) return undefined;
    return { authorization: last.authorization, echo: last.echo, body: bytes.subarray(bodyAt) };
  }

  #readAnew(bytes: Buffer): PlainRequest | typeof UNFINISHED | undefined {
    if (bytes.length > LONGEST || !this.#line.startsWith(bytes.toString('latin1', 0, this.#line.length)))
      return undefined;
    const bodyAt = bytes.indexOf('\r\n\r\n') + 4;
    if (bodyAt < 4) return UNFINISHED;
    const head = readPlainHead(bytes.toString('latin1', 0, bodyAt), this.#line.length);
    if (head === undefined) return undefined;
    const length = bodyAt + head.bodyLength;
    if (length < bytes.length || length > LONGEST) return undefined;
    if (length > bytes.length) return UNFINISHED;
    const { authorization, echo } = this.#remember(bytes, bodyAt, head);
    return { authorization, echo, body: bytes.subarray(bodyAt) };
  }

  #remember(bytes: Buffer, bodyAt: number, { authorization, echo, bodyLength, lengthAt }: ReadHead): PlainHead {
    const last = this.#last;
    this.#last = {
      before: Buffer.from(bytes.subarray(0, lengthAt)),
      after: Buffer.from(bytes.subarray(lengthAt + String(bodyLength).length, bodyAt)),
      // The same text in the same string is found without being hashed again.
      authorization: last?.authorization === authorization ? last.authorization : authorization,
      echo,
    };
    return this.#last;
  }
}

function hasAt(bytes: Buffer, at: number, part: Buffer): boolean {
  const end = at + part.length;
  return end <= bytes.length && part.compare(bytes, at, end) === 0;
}
