import type { HubConnection } from './connection.ts';
import { HubUnreachable, refusalOf, type RequestRefused } from './failures.ts';
import { TokenSource } from './token-source.ts';
import { Transport, type HttpAnswer } from './transport.ts';

/** The hub asks for more patience than this: the caller is told instead. */
const LONGEST_WAIT_MS = 30_000;

export interface HubClientOptions {
  /** For tests. */
  readonly wait?: ((ms: number) => Promise<void>) | undefined;
}

/** Any JSON object that the hub answers. */
export type Resource = Readonly<Record<string, unknown>>;

/** What a write of the configuration did. */
export interface Changed<T> {
  readonly resource: T;
  /** Devices that got access by it, and devices that lost it; absent where the hub has not finished evaluating them. */
  readonly opened?: number | undefined;
  readonly closed?: number | undefined;
}

/**
 * A thin door to the hub's HTTP API: tokens, paging, one repetition where the hub asks for it, and refusals as
 * sentences. `T` is what the caller expects; the hub's document (`/openapi.json`) is the promise behind it.
 */
export class HubClient {
  readonly baseUrl: string;
  readonly #transport: Transport;
  readonly #tokens: TokenSource;
  readonly #wait: (ms: number) => Promise<void>;

  constructor(connection: HubConnection, { wait = sleep }: HubClientOptions = {}) {
    this.baseUrl = connection.baseUrl.replace(/\/+$/u, '');
    this.#transport = new Transport(connection.ca);
    this.#tokens = new TokenSource(connection, this.#transport);
    this.#wait = wait;
  }

  get<T = Resource>(path: string): Promise<T> {
    return this.request<T>('GET', path);
  }

  post<T = Resource>(path: string, body?: unknown): Promise<T> {
    return this.request<T>('POST', path, body);
  }

  put<T = Resource>(path: string, body: unknown): Promise<T> {
    return this.request<T>('PUT', path, body);
  }

  patch<T = Resource>(path: string, body: unknown): Promise<T> {
    return this.request<T>('PATCH', path, body);
  }

  async delete(path: string): Promise<void> {
    await this.request('DELETE', path);
  }

  /** A write of the configuration, with what it did to access. */
  async change<T = Resource>(
    method: 'POST' | 'PATCH' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
  ): Promise<Changed<T>> {
    const answer = await this.#answer(method, path, body);
    return {
      resource: this.#parsed<T>(answer),
      opened: countIn(answer, 'sallyport-devices-opened'),
      closed: countIn(answer, 'sallyport-devices-closed'),
    };
  }

  /** `undefined` where the hub answers 404. */
  async find<T = Resource>(path: string): Promise<T | undefined> {
    try {
      return await this.get<T>(path);
    } catch (error) {
      if ((error as Partial<RequestRefused>).status === 404) return undefined;
      throw error;
    }
  }

  /** All items of a collection, page after page (`@odata.nextLink`). */
  async *list<T = Resource>(path: string): AsyncGenerator<T, void, undefined> {
    let next: string | undefined = path;
    while (next !== undefined) {
      const page: { readonly value?: readonly T[]; readonly '@odata.nextLink'?: string } = await this.get(next);
      yield* page.value ?? [];
      next = page['@odata.nextLink'] === undefined ? undefined : this.#pathOf(page['@odata.nextLink']);
    }
  }

  /** As `list`, at once; at most `most` items. */
  async all<T = Resource>(path: string, most = Number.POSITIVE_INFINITY): Promise<T[]> {
    const items: T[] = [];
    for await (const item of this.list<T>(path)) {
      if (items.length >= most) break;
      items.push(item);
    }
    return items;
  }

  /**
   * @param path from the root: `/v1.0/users`
   * @returns the parsed body; `undefined` for an answer without one
   * @throws RequestRefused, HubUnreachable
   */
  async request<T = Resource>(method: string, path: string, body?: unknown): Promise<T> {
    return this.#parsed<T>(await this.#answer(method, path, body));
  }

  async #answer(method: string, path: string, body: unknown): Promise<HttpAnswer> {
    const answer = await this.#patiently(method, path, body);
    if (answer.status >= 400) throw refusalOf(answer.status, answer.text, requestIdOf(answer));
    return answer;
  }

  #parsed<T>(answer: HttpAnswer): T {
    if (answer.text === '') return undefined as T;
    if (!(answer.headers['content-type'] ?? '').includes('json')) return answer.text as T;
    try {
      return JSON.parse(answer.text) as T;
    } catch (cause) {
      throw new HubUnreachable(`${this.baseUrl} answered something that is no JSON; is this address a Sallyport hub?`, {
        cause,
      });
    }
  }

  close(): void {
    this.#transport.close();
  }

  /** One more try: with a new token on 401, after the time the hub named on 429 and 503 (nothing was kept then). */
  async #patiently(method: string, path: string, body: unknown): Promise<HttpAnswer> {
    const first = await this.#send(method, path, body);
    if (first.status === 401) {
      this.#tokens.forget();
      return this.#send(method, path, body);
    }
    if (first.status !== 429 && first.status !== 503) return first;
    const waitMs = Number(first.headers['retry-after'] ?? 1) * 1_000;
    if (!(waitMs >= 0 && waitMs <= LONGEST_WAIT_MS)) return first;
    await this.#wait(waitMs);
    return this.#send(method, path, body);
  }

  async #send(method: string, path: string, body: unknown): Promise<HttpAnswer> {
    const url = new URL(path, `${this.baseUrl}/`);
    if (url.origin !== new URL(this.baseUrl).origin)
      throw new HubUnreachable(`The token of ${this.baseUrl} is not sent to ${url.origin}.`);
    return this.#transport.send({
      method,
      url,
      body: body === undefined ? undefined : JSON.stringify(body),
      headers: {
        authorization: `Bearer ${await this.#tokens.token()}`,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
    });
  }

  /** The link names the hub as the hub knows itself, which may be another name than ours: only the path counts. */
  #pathOf(link: string): string {
    const { pathname, search } = new URL(link, this.baseUrl);
    return `${pathname}${search}`;
  }
}

function countIn({ headers }: HttpAnswer, name: string): number | undefined {
  const value = headers[name];
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}

function requestIdOf({ headers }: HttpAnswer): string | undefined {
  const id = headers['request-id'];
  return typeof id === 'string' ? id : undefined;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
