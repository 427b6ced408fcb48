import type { Socket } from 'node:net';
import type { Authenticator } from '../access-guard.ts';
import type { Caller } from '../route-access.ts';
import type { PlainAnswers } from './plain-answer.ts';
import { PlainRequestReader, UNFINISHED, type PlainRequest } from './plain-request.ts';

/** A POST of JSON. */
export interface FastRoute {
  readonly path: string;
  /**
   * The JSON of a 200, in ASCII. `undefined`, or a promise that fails: the ordinary way answers, from the beginning,
   * and says what is wrong. The next request of the connection waits for a promise.
   */
  answer(caller: Caller, body: Buffer): string | Promise<string> | undefined;
  /** Told of each answer given here, which the server's own hooks do not see. */
  readonly onAnswered?: ((seconds: number) => void) | undefined;
}

/** What the connections of a server have in common. */
export interface PlainServer {
  readonly routes: readonly FastRoute[];
  readonly authenticator: Required<Authenticator>;
  readonly answers: PlainAnswers;
  /** How long a connection may be silent before its first request or within one, and between two. */
  readonly requestMs: number;
  readonly keepAliveMs: number;
  /** false once it closes: whoever asks then must be told that this was the last answer. */
  isOpen(): boolean;
  /** Makes the connection one of Node's own HTTP, which listens for its `data` from then on. */
  serve(socket: Socket): void;
  /** Answers what is no request as Node's own HTTP would, and ends the connection. */
  refuse(socket: Socket, code: 'ERR_HTTP_REQUEST_TIMEOUT' | 'HPE_INVALID_EOF_STATE'): void;
}

interface Asked extends PlainRequest {
  readonly route: FastRoute;
  /** All of it, as it came, and when. */
  readonly bytes: Buffer;
  readonly started: number;
}

/** Some clients send head and body apart, and a long one may be cut once more on its way. */
const MOST_PIECES = 3;

/**
 * The life of a connection before `node:http` sees it. As long as exactly one plain request comes at a time it is
 * answered here; with the first bytes that are anything else the connection is Node's for good, with these bytes
 * and all that follow. It changes hands at most once, at the beginning of a request and with nothing under way,
 * so the two can never differ about where a request begins.
 */
export class PlainConnection {
  readonly #socket: Socket;
  readonly #server: PlainServer;
  readonly #readers: readonly { readonly route: FastRoute; readonly requests: PlainRequestReader }[];
  /** What has arrived of a request that is not answered yet. */
  #begun: Buffer | undefined;
  #pieces = 0;
  #silenceMs = 0;
  /** For an answer, or who asks; until then nothing is read. */
  #waits = false;

  constructor(socket: Socket, server: PlainServer) {
    this.#socket = socket;
    this.#server = server;
    this.#readers = server.routes.map((route) => ({ route, requests: new PlainRequestReader(route.path) }));
    this.#allowSilence(server.requestMs);
    socket.on('data', this.#take).on('end', this.#end).on('timeout', this.#late).on('error', ignore);
  }

  /** Nothing was asked that is not answered yet. */
  get isIdle(): boolean {
    return this.#begun === undefined;
  }

  readonly #take = (chunk: Buffer): void => {
    const started = performance.now();
    const bytes = this.#begun === undefined ? chunk : Buffer.concat([this.#begun, chunk]);
    // Whoever does not take the answers is Node's to slow down.
    const asked = this.#server.isOpen() && !this.#socket.writableNeedDrain ? this.#read(bytes, started) : undefined;
    if (asked === undefined) this.#handOver(bytes);
    else if (asked === UNFINISHED) this.#waitForMore(bytes);
    else if (!this.#answer(asked)) this.#verify(asked);
  };

  #read(bytes: Buffer, started: number): Asked | typeof UNFINISHED | undefined {
    for (const { route, requests } of this.#readers) {
      const request = requests.read(bytes);
      if (request === UNFINISHED) return UNFINISHED;
      if (request !== undefined)
        return { route, bytes, started, authorization: request.authorization, echo: request.echo, body: request.body };
    }
    return undefined;
  }

  /** false: the caller is not known at once, or the ordinary way has to answer. */
  #answer(asked: Asked): boolean {
    const caller = this.#server.authenticator.peek(asked.authorization);
    const json = caller === undefined ? undefined : asked.route.answer(caller, asked.body);
    if (json === undefined) return false;
    if (typeof json === 'string') this.#write(json, asked);
    else
      this.#waitFor(json, asked, (told) =>
        told === undefined ? this.#handOver(asked.bytes) : this.#write(told, asked),
      );
    return true;
  }

  #write(json: string, { route, echo, started }: Asked): void {
    const isLast = this.#socket.readableEnded || !this.#server.isOpen();
    this.#socket.write(this.#server.answers.write(json, echo, isLast), 'latin1');
    this.#begun = undefined;
    this.#pieces = 0;
    this.#allowSilence(this.#server.keepAliveMs);
    if (isLast) this.#socket.end();
    route.onAnswered?.((performance.now() - started) / 1_000);
  }

  /** A new token costs one wait and not the connection. Whatever else is wrong is said on the ordinary way. */
  #verify(asked: Asked): void {
    const { authenticator } = this.#server;
    if (authenticator.peek(asked.authorization) !== undefined) return this.#handOver(asked.bytes);
    this.#waitFor(authenticator.authenticate(asked.authorization), asked, () => {
      if (!this.#answer(asked)) this.#handOver(asked.bytes);
    });
  }

  #waitFor<T>(promise: Promise<T>, { bytes }: Asked, goOn: (value: T | undefined) => void): void {
    this.#begun = bytes;
    this.#waits = true;
    this.#socket.pause();
    const resume = (value?: T): void => {
      this.#waits = false;
      if (this.#socket.destroyed) return;
      this.#socket.resume();
      goOn(value);
    };
    promise.then(resume, () => resume());
  }

  #waitForMore(bytes: Buffer): void {
    this.#begun = bytes;
    this.#pieces += 1;
    if (this.#pieces === MOST_PIECES) return this.#handOver(bytes);
    this.#allowSilence(this.#server.requestMs);
  }

  /** The bytes are given as an event and not put back, since more could arrive before those were read again. */
  #handOver(bytes: Buffer): void {
    const socket = this.#socket;
    socket.off('data', this.#take).off('end', this.#end).off('timeout', this.#late).off('error', ignore).setTimeout(0);
    this.#server.serve(socket);
    socket.emit('data', bytes);
  }

  readonly #end = (): void => {
    if (this.#begun === undefined) this.#socket.end();
    else if (!this.#waits) this.#server.refuse(this.#socket, 'HPE_INVALID_EOF_STATE');
  };

  /** Node answers who was slow with a request, and just hangs up on who has no other. */
  readonly #late = (): void => {
    if (this.#waits) return;
    if (this.#begun !== undefined) this.#handOver(this.#begun);
    else if (this.#silenceMs === this.#server.keepAliveMs) this.#socket.destroy();
    else this.#server.refuse(this.#socket, 'ERR_HTTP_REQUEST_TIMEOUT');
  };

  #allowSilence(ms: number): void {
    if (ms === this.#silenceMs) return;
    this.#silenceMs = ms;
    this.#socket.setTimeout(ms);
  }
}

/** The end of the connection follows, which is all that there is to do about it. */
function ignore(): void {}
