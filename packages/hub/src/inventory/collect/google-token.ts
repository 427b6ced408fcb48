import { createLocalJWKSet, errors, jwtVerify, type JSONWebKeySet } from 'jose';
import type { ExpectedPush } from '../../documents/kinds/inventory-source.ts';
import { hasElapsed, type Clock } from '../../platform/clock.ts';
import type { Outbound } from '../../platform/outbound.ts';

/** Google's keys for OpenID Connect, as its discovery document names them. */
const GOOGLE_KEYS = 'https://www.googleapis.com/oauth2/v3/certs';
const ISSUERS = ['https://accounts.google.com', 'accounts.google.com'];
const FRESH_MS = 3_600_000;
/** A token with an unknown key makes us ask again, but not more often. */
const ASK_AGAIN_MS = 60_000;

export interface GoogleTokenOptions {
  readonly http: Outbound;
  readonly clock: Clock;
  /** For tests. */
  readonly keysUrl?: string | undefined;
}

/**
 * Checks the token that Pub/Sub puts on each push (Google Cloud, "Authenticate Pub/Sub push requests"): signed
 * by Google, for this audience, in the name of this service account.
 */
export class GoogleTokens {
  readonly #options: GoogleTokenOptions;
  #keys: { readonly at: number; readonly find: ReturnType<typeof createLocalJWKSet> } | undefined;

  constructor(options: GoogleTokenOptions) {
    this.#options = options;
  }

  /** Never rejects for a wrong token; rejects with `OutboundError` when Google's keys cannot be had. */
  async isFrom(authorization: string | undefined, { audience, serviceAccount }: ExpectedPush): Promise<boolean> {
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(authorization ?? '')?.[1];
    if (token === undefined) return false;
    try {
      const { payload } = await this.#verify(token, audience);
      return payload.email === serviceAccount && payload.email_verified === true;
    } catch (error) {
      if (error instanceof errors.JOSEError) return false;
      throw error;
    }
  }

  async #verify(token: string, audience: string) {
    const options = {
      audience,
      issuer: ISSUERS,
      algorithms: ['RS256', 'ES256'],
      currentDate: new Date(this.#options.clock.now()),
      requiredClaims: ['exp'],
    };
    try {
      return await jwtVerify(token, await this.#find(FRESH_MS), options);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      return jwtVerify(token, await this.#find(ASK_AGAIN_MS), options);
    }
  }

  async #find(maxAgeMs: number): Promise<ReturnType<typeof createLocalJWKSet>> {
    const { http, clock, keysUrl = GOOGLE_KEYS } = this.#options;
    const now = clock.now();
    if (this.#keys === undefined || hasElapsed(this.#keys.at, maxAgeMs, now)) {
      const answer = await http.request(keysUrl, { timeoutMs: 5_000, maxBytes: 100_000 });
      if (answer.status !== 200) throw new Error(`Google's keys could not be read: status ${answer.status}.`);
      this.#keys = { at: now, find: createLocalJWKSet(answer.json() as JSONWebKeySet) };
    }
    return this.#keys.find;
  }
}
