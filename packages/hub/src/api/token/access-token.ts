import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { SigningKeys } from '../../platform/signing-keys.ts';
import { issuerOf, type Site } from '../../platform/site.ts';
import type { Client } from './client-directory.ts';

/** Tokens never live longer: what a client may do is settled anew at least once an hour. */
export const TOKEN_LIFETIME_SECONDS = 3600;

/** Hubs that share a database need not agree on the time to the second; as Entra ID's tokens, ours begin before they are issued. */
const BACKDATED_SECONDS = 300;

/** RFC 9068: a JWT that is an access token and nothing else. */
export const TOKEN_TYPE = 'at+jwt';

/** Which of the client's secrets it was issued for: when that secret is removed, the token ends with it. */
export const KEY_ID_CLAIM = 'key_id';

/** The claims are those of RFC 9068 with the names that Entra ID's tokens for applications have beside them. */
export function issueAccessToken(
  keys: SigningKeys,
  site: Site,
  client: Client,
  keyId: string,
  now: number,
): Promise<string> {
  const issuedAt = Math.floor(now / 1000);
  return new SignJWT({
    client_id: client.appId,
    appid: client.appId,
    azp: client.appId,
    oid: client.objectId,
    tid: site.tenantId,
    roles: [...client.roles],
    idtyp: 'app',
    ver: '2.0',
    [KEY_ID_CLAIM]: keyId,
  })
    .setProtectedHeader({ alg: 'ES256', typ: TOKEN_TYPE, kid: keys.current.kid })
    .setIssuer(issuerOf(site))
    .setAudience(site.baseUrl)
    .setSubject(client.objectId)
    .setIssuedAt(issuedAt)
    .setNotBefore(issuedAt - BACKDATED_SECONDS)
    .setExpirationTime(issuedAt + TOKEN_LIFETIME_SECONDS)
    .setJti(randomUUID())
    .sign(keys.current.privateKey);
}
