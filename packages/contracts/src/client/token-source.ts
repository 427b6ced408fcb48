import type { HubConnection } from './connection.ts';
import { HubUnreachable, refusalOf } from './failures.ts';
import type { Transport } from './transport.ts';

/** A token is not used in its last seconds: it could end on the way. */
const MARGIN_MS = 60_000;

/** Access tokens by client credentials (RFC 6749 section 4.4), kept until they end. */
export class TokenSource {
  readonly #connection: HubConnection;
  readonly #transport: Transport;
  #current: Promise<{ readonly token: string; readonly usableUntil: number }> | undefined;

  constructor(connection: HubConnection, transport: Transport) {
    this.#connection = connection;
    this.#transport = transport;
  }

  /** @throws RequestRefused when the credentials are wrong */
  async token(): Promise<string> {
    const known = this.#current;
    if (known !== undefined) {
      const { token, usableUntil } = await known;
      if (Date.now() < usableUntil) return token;
      // Somebody who waited with us may have asked for the next one already.
      if (this.#current === known) this.#current = undefined;
    }
    this.#current ??= this.#ask();
    const asked = this.#current;
    asked.catch(() => {
      if (this.#current === asked) this.#current = undefined;
    });
    return (await asked).token;
  }

  /** Forgets a token that the hub did not take. */
  forget(): void {
    this.#current = undefined;
  }

  async #ask(): Promise<{ readonly token: string; readonly usableUntil: number }> {
    const { tokenEndpoint, clientId, clientSecret } = this.#connection;
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope: 'https://graph.microsoft.com/.default',
    });
    const { status, text, headers } = await this.#transport.send({
      method: 'POST',
      url: new URL(tokenEndpoint),
      body: form.toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    });
    if (status !== 200) throw refusalOf(status, text, String(headers['request-id'] ?? '') || undefined);
    const { access_token: token, expires_in: seconds } = tokenIn(text);
    return { token, usableUntil: Date.now() + Math.max(seconds * 1_000 - MARGIN_MS, 0) };
  }
}

function tokenIn(text: string): { readonly access_token: string; readonly expires_in: number } {
  try {
    const body = JSON.parse(text) as { access_token?: unknown; expires_in?: unknown };
    if (typeof body.access_token === 'string' && typeof body.expires_in === 'number')
      return { access_token: body.access_token, expires_in: body.expires_in };
  } catch {
    // Told below: whatever it is, it is no token.
  }
  throw new HubUnreachable('The token endpoint answered something that is no token; is this address a Sallyport hub?');
}
