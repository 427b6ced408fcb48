import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Clock } from '../../platform/clock.ts';
import { hashOfSecret, secretMatches } from '../../platform/secrets.ts';
import type { SigningKeys } from '../../platform/signing-keys.ts';
import type { Site } from '../../platform/site.ts';
import { requireUtf8, utf8Text } from '../../http/json-body.ts';
import { issueAccessToken, TOKEN_LIFETIME_SECONDS } from './access-token.ts';
import { createAttempts, type Attempts } from './attempts.ts';
import type { Client, ClientDirectory } from './client-directory.ts';
import { addDiscoveryRoutes } from './discovery.ts';
import { answerOAuthError, OAuthError } from './oauth-error.ts';
import { readTokenRequest, type TokenRequest } from './token-request.ts';

export interface TokenRoutesOptions {
  readonly site: Site;
  readonly keys: SigningKeys;
  readonly clients: ClientDirectory;
  readonly clock: Clock;
}

const FORM_LIMIT_BYTES = 16 * 1024;

const tokenRequest = z.object({
  grant_type: z.literal('client_credentials'),
  client_id: z.string().optional().describe('Here with client_secret, or both in a Basic Authorization header.'),
  client_secret: z.string().optional(),
  scope: z.string().optional().describe('Absent, or one that ends in /.default: a client gets all its permissions.'),
});
const tokenResponse = z.object({
  token_type: z.literal('Bearer'),
  expires_in: z.number(),
  ext_expires_in: z.number(),
  access_token: z.string(),
});
const oauthErrorResponse = z.object({ error: z.string(), error_description: z.string() });

/** OAuth 2.0 client credentials (RFC 6749 section 4.4) at the addresses where Entra ID's clients look for them. */
export async function addTokenRoutes(app: FastifyInstance, options: TokenRoutesOptions): Promise<void> {
  addDiscoveryRoutes(app, options);
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'buffer' },
      async (request: Parameters<typeof requireUtf8>[0], body: Buffer) => {
        requireUtf8(request);
        return new URLSearchParams(utf8Text(body));
      },
    );
    scope.setErrorHandler(answerOAuthError);
    addTokenRoute(scope, options);
  });
}

function addTokenRoute(app: FastifyInstance, { site, keys, clients, clock }: TokenRoutesOptions): void {
  const attempts = createAttempts(clock);
  app.post(
    '/:tenant/oauth2/v2.0/token',
    {
      bodyLimit: FORM_LIMIT_BYTES,
      config: {
        access: { kind: 'public', why: 'a client proves here who it is' },
        doc: {
          summary: 'Get an access token',
          description:
            'OAuth 2.0 client credentials. The client secret goes in the body or in a Basic Authorization header.',
          tags: ['tokens'],
          params: z.object({ tenant: z.string() }),
          body: tokenRequest,
          bodyType: 'application/x-www-form-urlencoded',
          responses: {
            200: { description: 'An access token of at most 60 minutes', schema: tokenResponse },
            400: { description: 'The request is not one for client credentials', schema: oauthErrorResponse },
            401: { description: 'The client is not known or its secret is not right', schema: oauthErrorResponse },
            429: { description: 'Too many failures; see Retry-After', schema: oauthErrorResponse },
          },
        },
      },
    },
    async (request, reply) => {
      const asked = readTokenRequest(request, site);
      refuseIfTooMany(attempts, asked.clientId, request.ip);
      const { client, keyId } = await authenticateClient(clients, asked, clock.now(), (refused) => {
        attempts.failed(asked.clientId, request.ip);
        logRefusal(request.log, asked.clientId, request.ip, refused);
      });
      attempts.succeeded(asked.clientId, request.ip);
      const token = await issueAccessToken(keys, site, client, keyId, clock.now());
      request.log.info({ client: client.appId, keyId }, 'issued an access token');
      reply.header('pragma', 'no-cache');
      return {
        token_type: 'Bearer',
        expires_in: TOKEN_LIFETIME_SECONDS,
        ext_expires_in: TOKEN_LIFETIME_SECONDS,
        access_token: token,
      };
    },
  );
}

function refuseIfTooMany(attempts: Attempts, clientId: string, address: string): void {
  const wait = attempts.waitSeconds(clientId, address);
  if (wait !== undefined) {
    throw new OAuthError('temporarily_unavailable', `Too many failed attempts. Try again in ${wait} seconds.`, {
      status: 429,
      retryAfterSeconds: wait,
    });
  }
}

function logRefusal(log: FastifyBaseLogger, clientId: string, address: string, error: OAuthError): void {
  log.warn({ client: clientId.slice(0, 64), address, reason: error.message }, 'refused a token request');
}

/** Stands in for the secret of a client that does not exist, so that asking for one takes as long. */
const NOBODYS_HASH = hashOfSecret('');

async function authenticateClient(
  clients: ClientDirectory,
  { clientId, clientSecret }: TokenRequest,
  now: number,
  refused: (error: OAuthError) => void,
): Promise<{ client: Client; keyId: string }> {
  const client = await clients.find(clientId);
  const known = client?.credentials ?? [];
  const [matching] = (known.length > 0 ? known : [{ keyId: '', hash: NOBODYS_HASH, endsAt: 0 }])
    .filter(({ hash }) => secretMatches(clientSecret, hash))
    .sort((a, b) => b.endsAt - a.endsAt);

  // A start that lies ahead says only that the clock is behind, and then bad news and `clock confirm` have to come through.
  const problem =
    client === undefined || matching === undefined
      ? 'The client is not known, or its secret is not right.'
      : matching.endsAt <= now
        ? 'The client secret has expired. Make a new one for the application.'
        : undefined;
  if (problem === undefined) return { client: client as Client, keyId: (matching as { keyId: string }).keyId };
  const error = new OAuthError('invalid_client', problem);
  refused(error);
  throw error;
}
