import { errors, jwtVerify, type JWTPayload } from 'jose';
import { z } from 'zod';
import { HubError } from '@sallyport/contracts';
import { BoundedCache } from '../../platform/bounded-cache.ts';
import type { Clock } from '../../platform/clock.ts';
import type { SigningKeys } from '../../platform/signing-keys.ts';
import { issuerOf, tokenEndpointOf, type Site } from '../../platform/site.ts';
import type { Authenticator } from '../../http/access-guard.ts';
import type { Caller } from '../../http/route-access.ts';
import { KEY_ID_CLAIM, TOKEN_TYPE } from './access-token.ts';
import type { Client, ClientDirectory } from './client-directory.ts';

const MAX_TOKEN_LENGTH = 8192;
const DEFAULT_CACHE_SIZE = 10_000;

export interface AuthenticatorOptions {
  readonly site: Site;
  readonly keys: SigningKeys;
  readonly clients: ClientDirectory;
  readonly clock: Clock;
  readonly cacheSize?: number | undefined;
}

interface VerifiedToken {
  readonly appId: string;
  readonly keyId: string;
  readonly roles: readonly string[];
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** Made for this state of the client; made anew when the client is another. */
  client?: Client;
  caller?: Caller;
}

const claims = z.object({
  azp: z.string(),
  tid: z.string(),
  exp: z.number(),
  roles: z.array(z.string()),
  [KEY_ID_CLAIM]: z.string(),
});

/**
 * Says who a bearer token speaks for. A verified token is remembered until it ends, since verifying an ES256
 * signature costs more than all else in a short request; its client is looked up each time, so that a deleted
 * application, a removed secret and a withdrawn permission count at once.
 */
export function createAuthenticator({
  site,
  keys,
  clients,
  clock,
  cacheSize = DEFAULT_CACHE_SIZE,
}: AuthenticatorOptions): Authenticator {
  /** By the whole header, so that a known one is neither taken apart nor waited for. */
  const verified = new BoundedCache<VerifiedToken>(cacheSize);

  async function verify(authorization: string | undefined): Promise<VerifiedToken> {
    const token = await verifyToken(bearerToken(authorization, site), site, keys, clock.now());
    verified.set(authorization as string, token);
    return token;
  }

  return {
    async authenticate(authorization) {
      const known = authorization === undefined ? undefined : verified.get(authorization);
      if (known !== undefined && known.expiresAt <= clock.now())
        throw unauthenticated('The access token has expired; get a new one.');
      const token = known ?? (await verify(authorization));
      const client = await clients.find(token.appId);
      if (client === undefined) throw unauthenticated('The application of this access token does not exist any more.');
      return callerFor(token, client);
    },
    peek(authorization) {
      const token = verified.get(authorization);
      if (token === undefined || token.expiresAt <= clock.now()) return undefined;
      // Whether this very state of the client may still use the token was settled by `authenticate`.
      const client = clients.peek(token.appId);
      return client !== undefined && client === token.client ? token.caller : undefined;
    },
  };
}

function callerFor(token: VerifiedToken, client: Client): Caller {
  if (token.client !== client || token.caller === undefined) {
    token.caller = callerOf(token, client);
    token.client = client;
  }
  return token.caller;
}

/** RFC 6750 section 2.1. */
function bearerToken(authorization: string | undefined, site: Site): string {
  if (authorization === undefined) {
    throw unauthenticated(
      `No access token was sent. Get one from ${tokenEndpointOf(site)} and send it as "Authorization: Bearer ...".`,
    );
  }
  const token = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(authorization)?.[1];
  if (token === undefined || token.length > MAX_TOKEN_LENGTH)
    throw unauthenticated('The Authorization header does not hold a bearer token.');
  return token;
}

async function verifyToken(token: string, site: Site, keys: SigningKeys, now: number): Promise<VerifiedToken> {
  const payload = await verifiedPayload(token, site, keys, now);
  const { data } = claims.safeParse(payload);
  if (data === undefined) throw unauthenticated('The access token lacks a claim that ours have.');
  if (data.tid !== site.tenantId) throw unauthenticated('The access token is for another tenant.');
  return { appId: data.azp, keyId: data[KEY_ID_CLAIM], roles: data.roles, expiresAt: data.exp * 1000 };
}

async function verifiedPayload(token: string, site: Site, keys: SigningKeys, now: number): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(
      token,
      (header) => {
        const key = keys.publicKey(header.kid ?? '');
        if (key === undefined) throw unauthenticated('The access token was signed by a key that is not ours.');
        return key;
      },
      {
        algorithms: ['ES256'],
        typ: TOKEN_TYPE,
        issuer: issuerOf(site),
        audience: site.baseUrl,
        currentDate: new Date(now),
        requiredClaims: ['exp', 'nbf'],
      },
    );
    return payload;
  } catch (error) {
    if (error instanceof HubError) throw error;
    throw unauthenticated(whyNot(error), error);
  }
}

function whyNot(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'The access token has expired; get a new one.';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'nbf')
      return 'The access token begins in the future: it was issued while the clock of the hub was ahead. Get a new one.';
    if (error.claim === 'iss' || error.claim === 'aud')
      return 'The access token was issued for another service or tenant.';
    return `The claim "${error.claim}" of the access token is not as it should be.`;
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'The signature of the access token is not valid.';
  return 'The access token is not one of ours.';
}

/** A token carries the permissions of its birth, and of these only those that its client still has. */
function callerOf(token: VerifiedToken, client: Client): Caller {
  if (!client.credentials.some(({ keyId }) => keyId === token.keyId)) {
    throw unauthenticated('The client secret that this access token was issued for has been removed.');
  }
  return {
    appId: client.appId,
    displayName: client.displayName,
    roles: new Set(token.roles.filter((role) => client.roles.has(role))),
    connectorId: client.connectorId,
    asking: client.asking,
  };
}

function unauthenticated(message: string, cause?: unknown): HubError {
  return new HubError('unauthenticated', message, {}, { cause });
}
