/** Bytes that arrived and were not used yet. What is handed out is never written over. Linear in what passes through. */
export class ByteQueue {
  #buffer: Buffer = Buffer.alloc(0);
  #start = 0;
  #end = 0;

  get bytes(): Buffer {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  get length(): number {
    return this.#end - this.#start;
  }

  append(chunk: Buffer): void {
    if (this.length === 0) this.#use(chunk, chunk.byteLength);
    else {
      if (this.#end + chunk.byteLength > this.#buffer.byteLength) this.#grow(chunk.byteLength);
      chunk.copy(this.#buffer, this.#end);
      this.#end += chunk.byteLength;
    }
  }

  drop(count: number): void {
    this.#start += count;
  }

  /** To twice of what is needed: bytes that come one by one are not copied again with each. */
  #grow(more: number): void {
    const larger = Buffer.alloc(2 * (this.length + more));
    this.bytes.copy(larger);
    this.#use(larger, this.length);
  }

  #use(buffer: Buffer, end: number): void {
    this.#buffer = buffer;
    this.#start = 0;
    this.#end = end;
  }
}
