import type { FastifyRequest } from 'fastify';
import type { Site } from '../../platform/site.ts';
import { OAuthError } from './oauth-error.ts';

export interface TokenRequest {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Reads a client credentials request (RFC 6749 section 4.4) or throws `OAuthError`. */
export function readTokenRequest(request: FastifyRequest, site: Site): TokenRequest {
  const form = readForm(request.body);
  requireTenant((request.params as { tenant: string }).tenant, site);
  requireGrantType(form.get('grant_type'));
  const credentials = readCredentials(request.headers.authorization, form);
  requireScope(form.get('scope'));
  return credentials;
}

function readForm(body: unknown): ReadonlyMap<string, string> {
  if (!(body instanceof URLSearchParams))
    throw new OAuthError('invalid_request', 'Send the parameters as application/x-www-form-urlencoded in the body.');
  const form = new Map<string, string>();
  for (const [name, value] of body) {
    // RFC 6749 section 3.2: once at most, and empty is absent.
    if (form.has(name))
      throw new OAuthError('invalid_request', `The parameter "${name.slice(0, 40)}" is there more than once.`);
    if (value !== '') form.set(name, value);
  }
  return form;
}

function requireTenant(tenant: string, site: Site): void {
  if (tenant.toLowerCase() !== site.tenantId) {
    throw new OAuthError('invalid_request', `There is no tenant "${tenant.slice(0, 40)}" here.`);
  }
}

function requireGrantType(grantType: string | undefined): void {
  if (grantType === undefined)
    throw new OAuthError('invalid_request', 'The parameter "grant_type" is missing; send client_credentials.');
  if (grantType !== 'client_credentials')
    throw new OAuthError('unsupported_grant_type', 'The only grant type here is client_credentials.');
}

/** `https://anything/.default`: all permissions of the application. There are no others to ask for. */
function requireScope(scope: string | undefined): void {
  if (scope === undefined || /^[^\s]+\/\.default$/.test(scope)) return;
  throw new OAuthError(
    'invalid_scope',
    'A client gets all permissions of its application, so "scope" must be one that ends in "/.default", such as https://graph.microsoft.com/.default, or absent.',
  );
}

function readCredentials(authorization: string | undefined, form: ReadonlyMap<string, string>): TokenRequest {
  const inForm = { clientId: form.get('client_id'), clientSecret: form.get('client_secret') };
  if (form.has('client_assertion'))
    throw new OAuthError('invalid_client', 'Clients are known by their secret here, not by an assertion.');
  if (authorization === undefined) {
    if (inForm.clientId === undefined) throw new OAuthError('invalid_request', 'The parameter "client_id" is missing.');
    if (inForm.clientSecret === undefined)
      throw new OAuthError('invalid_client', 'The parameter "client_secret" is missing.');
    return { clientId: inForm.clientId, clientSecret: inForm.clientSecret };
  }
  if (inForm.clientSecret !== undefined)
    throw new OAuthError(
      'invalid_request',
      'Send the client secret in the body or in the Authorization header, not in both.',
    );
  const basic = readBasic(authorization);
  if (inForm.clientId !== undefined && inForm.clientId !== basic.clientId)
    throw new OAuthError('invalid_request', 'The Authorization header and "client_id" name different clients.');
  return basic;
}

/** RFC 6749 section 2.3.1: both parts are form-encoded before they are joined and put into Base64. */
function readBasic(authorization: string): TokenRequest {
  const encoded = /^Basic +([A-Za-z0-9+/]+=*) *$/i.exec(authorization)?.[1];
  const [, clientId, clientSecret] =
    /^([^:]+):(.+)$/s.exec(Buffer.from(encoded ?? '', 'base64').toString('utf8')) ?? [];
  if (clientId === undefined || clientSecret === undefined)
    throw new OAuthError('invalid_client', 'The Authorization header is not Basic with a client id and its secret.');
  return { clientId: formDecoded(clientId), clientSecret: formDecoded(clientSecret) };
}

function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new OAuthError('invalid_client', 'The Authorization header holds a broken percent-encoding.');
  }
}
