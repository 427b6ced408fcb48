import { z } from 'zod';
import { jsonOf } from './answer.ts';
import type { FreshToken } from './bearer-token.ts';
import { BearerToken } from './bearer-token.ts';
import type { VendorTools } from '../vendor.ts';
import { asking, requireSuccess, VendorError } from './vendor-error.ts';

export interface ClientCredentials {
  /** Begins the messages for administrators: `Sophos Central`. */
  readonly who: string;
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string | undefined;
}

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().optional().catch(undefined),
});

/** A token by OAuth 2.0 client credentials (RFC 6749, section 4.4), with the credentials in the body. */
export function clientCredentialsToken(
  credentials: ClientCredentials,
  tools: Pick<VendorTools, 'http' | 'clock'>,
): BearerToken {
  return new BearerToken(tools.clock, (signal) => requestToken(credentials, tools, signal));
}

async function requestToken(
  credentials: ClientCredentials,
  { http, clock }: Pick<VendorTools, 'http' | 'clock'>,
  signal: AbortSignal,
): Promise<FreshToken> {
  const { who, tokenUrl, clientId, clientSecret, scope } = credentials;
  const form = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    ...(scope !== undefined && { scope }),
  };
  const answer = await asking(() =>
    http.request(tokenUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams(form).toString(),
      signal,
    }),
  );
  if (answer.status === 400 || answer.status === 401 || answer.status === 403) {
    throw new VendorError(
      'refused',
      `${who} does not accept the client id and secret. Check both, and whether they have run out.`,
    );
  }
  requireSuccess(answer, `${who} (token)`, clock.now());
  const parsed = tokenAnswer.safeParse(jsonOf(answer, who));
  if (!parsed.success) throw new VendorError('bad_answer', `${who} gave a token in a form that cannot be read.`);
  const { access_token, expires_in } = parsed.data;
  return { token: access_token, lifetimeMs: expires_in === undefined ? undefined : expires_in * 1000 };
}
