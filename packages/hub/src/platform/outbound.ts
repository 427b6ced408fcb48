import { request as httpRequest, Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { request as httpsRequest, Agent as HttpsAgent } from 'node:https';
import { createAddressGuard, type AddressGuard } from './address-guard.ts';
import { parseExactJson } from './exact-json.ts';
import { reasonOf } from './network-reasons.ts';
import { OutboundError } from './outbound-error.ts';
import { checkedTarget, guardedLookup, refusalOf } from './outbound-target.ts';
import { unpacked } from './unpacked.ts';

export { OutboundError, type OutboundErrorCode } from './outbound-error.ts';

/**
 * Requests that the hub itself makes: to vendors, to webhooks. Only https, only to public addresses, never
 * through a redirect, never without end. `allow` lists the exceptions: host names, addresses and ranges that
 * may be private and may be plain http.
 */
export interface Outbound {
  /** Resolves with the whole answer, whatever its status. Rejects with `OutboundError`. */
  request(url: string, options?: OutboundOptions): Promise<OutboundResponse>;
  /**
   * Resolves as soon as the headers are there; the body follows in `chunks`, without limit of size or time
   * but not silent for longer than `idleTimeoutMs`. A cut connection makes the iteration throw `OutboundError`.
   * Leaving the iteration ends the connection.
   */
  stream(url: string, options?: OutboundStreamOptions): Promise<OutboundStream>;
  /**
   * Why an address can never be called, as far as that shows without asking for its name; `undefined` where it does not. For
   * telling whoever enters it at once; every request is judged again, with the addresses of that moment.
   */
  refusal(url: string): string | undefined;
  /** Lets go of connections kept open for the next request. */
  close(): void;
}

export interface OutboundOptions {
  /** Default GET. */
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Uint8Array | undefined;
  /** From the call to the last byte (for `stream`: to the headers). Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** Of the answer's body. Default 10 MiB. */
  readonly maxBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** PEM certificates to trust instead of the system's, for vendors with a private CA. */
  readonly ca?: string | undefined;
}

export interface OutboundStreamOptions extends Omit<OutboundOptions, 'maxBytes'> {
  /** Default 120,000. */
  readonly idleTimeoutMs?: number | undefined;
}

interface ResponseHead {
  readonly status: number;
  /** Names in lower case; a repeated header is joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface OutboundResponse extends ResponseHead {
  readonly body: Buffer;
  text(): string;
  /** By `parseExactJson`. Throws SyntaxError when the body is no JSON. */
  json(): unknown;
}

export interface OutboundStream extends ResponseHead {
  readonly chunks: AsyncIterable<Uint8Array>;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_IDLE_TIMEOUT_MS = 120_000;
const DEFAULT_MAX_BYTES = 10 * 1024 * 1024;

export interface OutboundSettings {
  readonly allow: readonly string[];
  /** Hears what each answer says of the time (`Date`, RFC 9110 section 6.6.1): milliseconds since 1970. */
  readonly onDate?: ((host: string, at: number) => void) | undefined;
}

export function createOutbound(settings: OutboundSettings): Outbound {
  const heard = (target: URL, { headers }: ResponseHead): void => {
    const at = Date.parse(headers.date ?? '');
    // An answer from a cache is as old as its `Age`.
    if (!Number.isNaN(at) && headers.age === undefined) settings.onDate?.(target.host, at);
  };
  const guard = createAddressGuard(settings.allow);
  const agents: Agents = {
    http: new HttpAgent({ keepAlive: true, timeout: 60_000 }),
    https: new HttpsAgent({ keepAlive: true, timeout: 60_000 }),
  };
  return {
    async request(url, options = {}) {
      const answer = await requestWhole(guard, agents, url, options);
      heard(new URL(url), answer);
      return answer;
    },
    async stream(url, options = {}) {
      const answer = await requestStream(guard, agents, url, options);
      heard(new URL(url), answer);
      return answer;
    },
    refusal: (url) => refusalOf(guard, url),
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

async function requestWhole(
  guard: AddressGuard,
  agents: Agents,
  url: string,
  options: OutboundOptions,
): Promise<OutboundResponse> {
  const target = checkedTarget(guard, url);
  const deadline = deadlineOf(target, options);
  try {
    const message = await send(guard, agents, target, options, deadline.signal);
    const body = await collect(target, message, options.maxBytes ?? DEFAULT_MAX_BYTES);
    return {
      ...headOf(message),
      body,
      text: () => body.toString('utf8'),
      json: () => parseExactJson(body.toString('utf8')),
    };
  } catch (error) {
    throw asOutboundError(target, error, deadline, options.signal);
  } finally {
    deadline.clear();
  }
}

async function requestStream(
  guard: AddressGuard,
  agents: Agents,
  url: string,
  options: OutboundStreamOptions,
): Promise<OutboundStream> {
  const target = checkedTarget(guard, url);
  const deadline = deadlineOf(target, options);
  try {
    const message = await send(guard, agents, target, options, deadline.signal);
    deadline.clear();
    return {
      ...headOf(message),
      chunks: chunksOf(target, message, options.idleTimeoutMs ?? DEFAULT_IDLE_TIMEOUT_MS, deadline, options.signal),
    };
  } catch (error) {
    deadline.clear();
    throw asOutboundError(target, error, deadline, options.signal);
  }
}

function send(
  guard: AddressGuard,
  agents: Agents,
  target: URL,
  options: OutboundOptions,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const body = typeof options.body === 'string' ? Buffer.from(options.body, 'utf8') : options.body;
  const shared = {
    method: options.method ?? 'GET',
    headers: {
      'user-agent': 'Sallyport',
      accept: '*/*',
      'accept-encoding': 'identity',
      ...options.headers,
      ...(body === undefined ? {} : { 'content-length': String(body.byteLength) }),
    },
    lookup: guardedLookup(guard, target),
    signal,
  };
  return new Promise((resolve, reject) => {
    const request =
      target.protocol === 'https:'
        ? httpsRequest(target, {
            ...shared,
            agent: agents.https,
            ...(options.ca === undefined ? {} : { ca: options.ca }),
          })
        : httpRequest(target, { ...shared, agent: agents.http });
    request.once('response', resolve);
    request.once('error', reject);
    request.end(body);
  });
}

async function collect(target: URL, message: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = () =>
    new OutboundError('response_too_large', `${target.origin} answered more than ${maxBytes} bytes.`);
  if (Number(message.headers['content-length'] ?? 0) > maxBytes) {
    message.destroy();
    throw tooLarge();
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of unpacked(message) as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

async function* chunksOf(
  target: URL,
  message: IncomingMessage,
  idleTimeoutMs: number,
  deadline: Deadline,
  caller: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const silent = new OutboundError('timeout', `${target.origin} sent nothing for ${idleTimeoutMs} ms.`);
  message.setTimeout(idleTimeoutMs, () => message.destroy(silent));
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) yield chunk;
  } catch (error) {
    throw asOutboundError(target, error, deadline, caller);
  } finally {
    message.destroy();
  }
}

function headOf(message: IncomingMessage): ResponseHead {
  const headers: Record<string, string> = {};
  for (const [name, values] of Object.entries(message.headersDistinct)) headers[name] = (values ?? []).join(', ');
  return { status: message.statusCode ?? 0, headers };
}

interface Deadline {
  readonly signal: AbortSignal;
  readonly timedOut: () => boolean;
  readonly message: string;
  clear(): void;
}

function deadlineOf(target: URL, options: OutboundOptions): Deadline {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const controller = new AbortController();
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
    controller.abort();
  }, timeoutMs);
  return {
    signal: options.signal === undefined ? controller.signal : AbortSignal.any([controller.signal, options.signal]),
    timedOut: () => expired,
    message: `${target.origin} did not answer within ${timeoutMs} ms.`,
    clear: () => clearTimeout(timer),
  };
}

function asOutboundError(
  target: URL,
  error: unknown,
  deadline: Deadline,
  caller: AbortSignal | undefined,
): OutboundError {
  if (error instanceof OutboundError) return error;
  if (caller?.aborted === true) return new OutboundError('aborted', `The request to ${target.origin} was called off.`);
  if (deadline.timedOut()) return new OutboundError('timeout', deadline.message);
  return new OutboundError('connection_failed', `${target.origin} could not be reached: ${reasonOf(error)}.`, {
    cause: error,
  });
}
