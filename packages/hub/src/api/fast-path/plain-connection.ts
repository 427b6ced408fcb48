import type { Socket } from 'node:net';
import type { Authenticator } from '../access-guard.ts';
import type { Caller } from '../route-access.ts';
import type { PlainAnswers } from './plain-answer.ts';
import { PlainRequestReader, UNFINISHED, type PlainRequest } from './plain-request.ts';

/** A POST of JSON that is answered without waiting for anything. */
export interface FastRoute {
  readonly path: string;
  /** The JSON of a 200, in ASCII. `undefined`: the ordinary way answers, and says what is wrong. */
  answer(caller: Caller, body: Buffer): string | undefined;
  /** Told of each answer given here, which the server's own hooks do not see. */
  readonly onAnswered?: ((seconds: number) => void) | undefined;
}

/** What the connections of a server have in common. */
export interface PlainServer {
  readonly route: FastRoute;
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
  readonly #requests: PlainRequestReader;
  /** What has arrived of a request that is not answered yet. */
  #begun: Buffer | undefined;
  #pieces = 0;
  #silenceMs = 0;

  constructor(socket: Socket, server: PlainServer) {
    this.#socket = socket;
    this.#server = server;
    this.#requests = new PlainRequestReader(server.route.path);
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
    const request = this.#server.isOpen() && !this.#socket.writableNeedDrain ? this.#requests.read(bytes) : undefined;
    if (request === undefined) this.#handOver(bytes);
    else if (request === UNFINISHED) this.#waitForMore(bytes);
    else if (!this.#answer(request, started)) this.#verify(bytes, request, started);
  };

  /** false: the caller is not known at once, or the ordinary way has to answer. */
  #answer({ authorization, body, echo }: PlainRequest, started: number): boolean {
    const { authenticator, route, answers, keepAliveMs } = this.#server;
    const caller = authenticator.peek(authorization);
    const json = caller === undefined ? undefined : route.answer(caller, body);
    if (json === undefined) return false;
    this.#socket.write(answers.write(json, echo), 'latin1');
    this.#begun = undefined;
    this.#pieces = 0;
    this.#allowSilence(keepAliveMs);
    route.onAnswered?.((performance.now() - started) / 1_000);
    return true;
  }

  /** A new token costs one wait and not the connection. Whatever else is wrong is said on the ordinary way. */
  #verify(bytes: Buffer, request: PlainRequest, started: number): void {
    const { authenticator } = this.#server;
    if (authenticator.peek(request.authorization) !== undefined) return this.#handOver(bytes);
    this.#begun = bytes;
    this.#socket.pause();
    const goOn = (): void => {
      if (this.#socket.destroyed) return;
      this.#socket.resume();
      if (!this.#answer(request, started)) this.#handOver(bytes);
    };
    authenticator.authenticate(request.authorization).then(goOn, goOn);
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
    else this.#server.refuse(this.#socket, 'HPE_INVALID_EOF_STATE');
  };

  /** Node answers who was slow with a request, and just hangs up on who has no other. */
  readonly #late = (): void => {
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
