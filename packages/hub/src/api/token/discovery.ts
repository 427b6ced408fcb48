import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { HubError } from '@sallyport/contracts';
import type { SigningKeys } from '../../platform/signing-keys.ts';
import { issuerOf, tokenEndpointOf, type Site } from '../../platform/site.ts';
import type { RouteAccess } from '../../http/route-access.ts';

const CACHED = 'public, max-age=300';
const PUBLIC: RouteAccess = { kind: 'public', why: 'clients read here where to authenticate' };
const params = z.object({ tenant: z.string() });

/** Where to get a token and how to check one: OpenID Connect Discovery 1.0, RFC 8414 and RFC 7517. */
export function addDiscoveryRoutes(
  app: FastifyInstance,
  { site, keys }: { readonly site: Site; readonly keys: SigningKeys },
): void {
  const doc = {
    summary: 'Metadata of the token endpoint',
    tags: ['tokens'],
    params,
    responses: { 200: { description: 'OpenID Connect Discovery 1.0 and RFC 8414.' } },
  };
  for (const path of [
    '/:tenant/v2.0/.well-known/openid-configuration',
    '/.well-known/oauth-authorization-server/:tenant/v2.0',
  ]) {
    app.get<{ Params: { tenant: string } }>(path, { config: { access: PUBLIC, doc } }, (request, reply) => {
      requireTenant(request.params.tenant, site);
      reply.header('cache-control', CACHED);
      return metadataOf(site);
    });
  }
  app.get<{ Params: { tenant: string } }>(
    '/:tenant/discovery/v2.0/keys',
    {
      config: {
        access: PUBLIC,
        doc: {
          summary: 'Public keys that our tokens are signed with (JWKS)',
          tags: ['tokens'],
          params,
          responses: { 200: { description: 'A JWK Set (RFC 7517).' } },
        },
      },
    },
    (request, reply) => {
      requireTenant(request.params.tenant, site);
      reply.header('cache-control', CACHED);
      return keys.jwks;
    },
  );
}

function requireTenant(tenant: string, site: Site): void {
  if (tenant.toLowerCase() !== site.tenantId)
    throw new HubError('invalid_request', `There is no tenant "${tenant.slice(0, 40)}" here.`, { field: 'tenant' });
}

/** Clients of Entra ID want an `authorization_endpoint` to be named, also those that never go there. */
function metadataOf(site: Site): object {
  return {
    issuer: issuerOf(site),
    token_endpoint: tokenEndpointOf(site),
    authorization_endpoint: `${site.baseUrl}/${site.tenantId}/oauth2/v2.0/authorize`,
    jwks_uri: `${site.baseUrl}/${site.tenantId}/discovery/v2.0/keys`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    grant_types_supported: ['client_credentials'],
    response_types_supported: [],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
    scopes_supported: [`${site.baseUrl}/.default`],
  };
}
