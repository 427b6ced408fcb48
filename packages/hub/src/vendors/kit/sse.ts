/** One server-sent event (WHATWG HTML, section 9.2). */
export interface SseEvent {
  /** `message` unless the server named it. */
  readonly name: string;
  readonly data: string;
  /** The last id that was sent, in this event or before. */
  readonly id: string | undefined;
  /** How long to wait before reconnecting, if this event said so. */
  readonly retryMs: number | undefined;
}

/** No vendor sends a batch this large; it guards the memory against a stream without line ends. */
const MAX_EVENT_CHARACTERS = 32 * 1024 * 1024;

export class SseTooLarge extends Error {}

/**
 * The events in a stream of bytes. What is not finished by an empty line when the bytes end was cut and is no
 * event: it comes whole after resumption. Unlike a browser, an event without data is handed on when it has a
 * name or a retry time, because `end` and `reconnect` of a vendor carry none.
 */
export async function* sseEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<SseEvent> {
  const assembly = new Assembly();
  for await (const line of linesOf(chunks)) {
    const event = assembly.add(line);
    if (event !== undefined) yield event;
  }
}

/** The lines that are ended by CR, LF or CRLF; a last line without an end is not one. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  // Streaming, so that a character cut by a chunk's border is put together again. Takes off a byte order mark.
  const decoder = new TextDecoder('utf-8');
  let rest = '';
  let afterCr = false;
  for await (const chunk of chunks) {
    let text = decoder.decode(chunk, { stream: true });
    if (text === '') continue;
    if (afterCr && text.startsWith('\n')) text = text.slice(1);
    afterCr = text.endsWith('\r');
    // Only what is new is searched, so that a long line costs no more than its length.
    const [first = '', ...others] = text.split(/\r\n|\r|\n/);
    rest += first;
    if (others.length > 0) {
      yield rest;
      rest = others.pop() ?? '';
      yield* others;
    }
    if (rest.length > MAX_EVENT_CHARACTERS) throw new SseTooLarge('A line of the stream is too long.');
  }
}

class Assembly {
  #name = '';
  #data: string[] = [];
  #size = 0;
  #id: string | undefined;
  #retryMs: number | undefined;

  /** Takes one line; answers the event that it ends, if it ends one. */
  add(line: string): SseEvent | undefined {
    if (line === '') return this.#finish();
    if (line.startsWith(':')) return undefined;
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    this.#set(field, value);
    return undefined;
  }

  #set(field: string, value: string): void {
    switch (field) {
      case 'event':
        this.#name = value;
        break;
      case 'data':
        this.#size += value.length;
        if (this.#size > MAX_EVENT_CHARACTERS) throw new SseTooLarge('An event of the stream is too long.');
        this.#data.push(value);
        break;
      case 'id':
        if (!value.includes('\0')) this.#id = value;
        break;
      case 'retry':
        if (/^\d+$/.test(value)) this.#retryMs = Number(value);
        break;
      // Any other field is ignored, as the standard says.
    }
  }

  #finish(): SseEvent | undefined {
    const empty = this.#data.length === 0 && this.#name === '' && this.#retryMs === undefined;
    const event: SseEvent = {
      name: this.#name === '' ? 'message' : this.#name,
      data: this.#data.join('\n'),
      id: this.#id,
      retryMs: this.#retryMs,
    };
    this.#name = '';
    this.#data = [];
    this.#size = 0;
    this.#retryMs = undefined;
    return empty ? undefined : event;
  }
}
