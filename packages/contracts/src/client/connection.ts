/** Where a hub is and who calls it. The same as `admin.json` holds. */
export interface HubConnection {
  /** `https://host[:port]`, without a slash at the end. */
  readonly baseUrl: string;
  /** Of the client's secret: `{baseUrl}/{tenantId}/oauth2/v2.0/token`. */
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** PEM of the authority that signed the hub's certificate; absent: those that Node trusts. */
  readonly ca?: string | undefined;
}

/** @param tenantId of the hub, as in `admin.json` */
export function tokenEndpointAt(baseUrl: string, tenantId: string): string {
  return `${baseUrl.replace(/\/+$/u, '')}/${tenantId}/oauth2/v2.0/token`;
}
