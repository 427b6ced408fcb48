import { randomUUID } from 'node:crypto';

const CLOSE = 'Connection: close\r\n';

/** Writes whole answers as `node:http` would with the headers of the ordinary way, at one go. */
export class PlainAnswers {
  readonly #headers: string;
  readonly #keepAlive: string;
  #second = 0;
  #start = '';

  /** @param headers of every answer of the server; @param keepAliveMs as promised to callers */
  constructor(headers: Readonly<Record<string, string>>, keepAliveMs: number) {
    this.#headers = Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
    this.#keepAlive = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(keepAliveMs / 1_000)}\r\n`;
  }

  /**
   * @param json in ASCII, so that its length is its size
   * @param echo lines that repeat ids of the caller
   * @param isLast of its connection
   */
  write(json: string, echo: string, isLast: boolean): string {
    const second = Math.floor(Date.now() / 1_000);
    if (second !== this.#second) this.#startOf(second);
    return `${this.#start}${isLast ? CLOSE : this.#keepAlive}request-id: ${randomUUID()}\r\n${echo}content-length: ${json.length}\r\n\r\n${json}`;
  }

  /** The same for all answers of a second (RFC 9110 section 6.6.1: Date). */
  #startOf(second: number): void {
    this.#second = second;
    const date = new Date(second * 1_000).toUTCString();
    this.#start = `HTTP/1.1 200 OK\r\n${this.#headers}content-type: application/json; charset=utf-8\r\nDate: ${date}\r\n`;
  }
}
