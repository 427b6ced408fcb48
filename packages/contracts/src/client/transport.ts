import type { IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { HubUnreachable } from './failures.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

const TIMEOUT_MS = 60_000;
/** More than any page of the hub; what is larger is not ours. */
const MOST_BYTES = 64 * 1_024 * 1_024;

/** Sends requests over https with connections kept open. An own authority replaces those that Node trusts. */
export class Transport {
  readonly #agent: Agent;

  constructor(ca: string | undefined) {
    this.#agent = new Agent({ keepAlive: true, ...(ca === undefined ? {} : { ca }) });
  }

  /** @throws HubUnreachable when no answer came */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    if (request.url.protocol !== 'https:')
      throw new HubUnreachable(`${request.url.origin} is not https; a hub and its tokens are reached over https only.`);
    try {
      return await this.#once(request);
    } catch (error) {
      throw error instanceof HubUnreachable
        ? error
        : new HubUnreachable(problemWith(request.url, error), { cause: error });
    }
  }

  /** Lets the process end. */
  close(): void {
    this.#agent.destroy();
  }

  #once({ method, url, headers, body }: HttpRequest): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const outgoing = httpsRequest(url, {
        method,
        agent: this.#agent,
        headers: { ...headers, ...length },
        timeout: TIMEOUT_MS,
      });
      outgoing.once('timeout', () =>
        outgoing.destroy(new HubUnreachable(`${url.origin} did not answer within ${TIMEOUT_MS / 1_000} seconds.`)),
      );
      outgoing.once('error', reject);
      outgoing.once('response', (incoming) => {
        read(incoming).then(
          (text) => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }),
          reject,
        );
      });
      outgoing.end(body);
    });
  }
}

async function read(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    bytes += part.byteLength;
    if (bytes > MOST_BYTES) throw new HubUnreachable('The answer is larger than a hub ever sends.');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

const UNTRUSTED: ReadonlySet<string> = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
]);

function problemWith({ origin, hostname }: URL, error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'ECONNREFUSED')
    return `Nothing listens at ${origin}. Start the hub ("sallyport serve"), or name the right address.`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `The name ${hostname} cannot be found.`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `The certificate at ${origin} is not for ${hostname}. Use the address that is in admin.json as baseUrl.`;
  if (UNTRUSTED.has(code))
    return `The certificate at ${origin} is from an authority that is not trusted. Name the hub's CA file (DATA/tls/ca.pem).`;
  if (code === 'CERT_HAS_EXPIRED') return `The certificate at ${origin} has expired.`;
  return `${origin} cannot be reached: ${code === '' ? message : `${code} ${message}`}.`;
}
