/** What the hub is known as from outside: addresses in documents and tokens are made from this. */
export interface Site {
  /** `https://host[:port]`, without a slash at the end. */
  readonly baseUrl: string;
  /** Lower-case GUID. */
  readonly tenantId: string;
}

export function issuerOf(site: Site): string {
  return `${site.baseUrl}/${site.tenantId}/v2.0`;
}

export function tokenEndpointOf(site: Site): string {
  return `${site.baseUrl}/${site.tenantId}/oauth2/v2.0/token`;
}
