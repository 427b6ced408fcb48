import type { HubConnection } from '@sallyport/contracts/client/index.ts';
import { Transport, type HttpAnswer } from '@sallyport/contracts/client/transport.ts';

/** What a hub answered, not yet judged. */
export interface Told {
  readonly status: number;
  /** Parsed, where it is JSON. */
  readonly body: Loose;
  readonly retryAfter: string | undefined;
}

export type Loose = Readonly<Record<string, unknown>>;

/** The calls of a partner as they are on the wire: nothing is repeated, and nothing is taken for a failure. */
export class PartnerCalls {
  readonly #connection: HubConnection;
  readonly #transport: Transport;
  #token: string | undefined;

  constructor(connection: HubConnection) {
    this.#connection = connection;
    this.#transport = new Transport(connection.ca);
  }

  async askForToken(clientSecret = this.#connection.clientSecret): Promise<Told> {
    const { tokenEndpoint, clientId } = this.#connection;
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope: 'https://graph.microsoft.com/.default',
    });
    const told = await this.#send('POST', new URL(tokenEndpoint), form.toString(), {
      'content-type': 'application/x-www-form-urlencoded',
    });
    if (typeof told.body.access_token === 'string' && clientSecret === this.#connection.clientSecret)
      this.#token = told.body.access_token;
    return told;
  }

  heartbeat(): Promise<Told> {
    return this.call('POST', '/partner/v1/heartbeat');
  }

  report(...reports: readonly unknown[]): Promise<Told> {
    return this.call('POST', '/partner/v1/device-health', JSON.stringify({ reports }));
  }

  /** @param token another than that of the partner; empty for none */
  call(
    method: string,
    path: string,
    body?: string,
    {
      contentType = 'application/json',
      token = this.#token ?? '',
    }: { readonly contentType?: string; readonly token?: string } = {},
  ): Promise<Told> {
    return this.#send(method, new URL(path, this.#connection.baseUrl), body, {
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': contentType }),
    });
  }

  close(): void {
    this.#transport.close();
  }

  async #send(
    method: string,
    url: URL,
    body: string | undefined,
    headers: Readonly<Record<string, string>>,
  ): Promise<Told> {
    const answer = await this.#transport.send({
      method,
      url,
      headers: { accept: 'application/json', ...headers },
      body,
    });
    return { status: answer.status, body: jsonOf(answer), retryAfter: answer.headers['retry-after'] };
  }
}

function jsonOf({ text }: HttpAnswer): Loose {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Loose) : {};
  } catch {
    return {};
  }
}
