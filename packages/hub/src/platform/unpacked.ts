import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

/** RFC 9110, section 8.4.1, and Brotli (RFC 7932). */
const UNPACK: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/**
 * The body of an answer as it was before it was packed: some servers and proxies do that whatever they were asked for. It
 * can be any number of times larger, so who reads counts what comes out.
 */
export function unpacked(message: IncomingMessage): Readable {
  const coding = message.headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (coding === '' || coding === 'identity') return message;
  const unpack = UNPACK.get(coding);
  if (unpack === undefined) {
    message.destroy();
    throw new Error(`it answers in the content coding "${coding.slice(0, 40)}", which was not asked for`);
  }
  // An error of either ends the other, and is thrown to who reads.
  return pipeline(message, unpack(), () => undefined);
}
