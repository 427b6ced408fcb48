import type {} from 'fastify';
import type { Permission } from '@sallyport/contracts';

/**
 * Who may call a route. Every route names one in `config.access`; the server refuses to start when one does
 * not, and the permission tests are generated from the table of routes.
 */
export type RouteAccess =
  /** A bearer token of ours whose `roles` hold at least one of these. */
  | { readonly kind: 'permission'; readonly anyOf: readonly Permission[] }
  /** As `update_device_health`, and the client is bound to a connector (`request.caller.connectorId`). */
  | { readonly kind: 'partner' }
  /** The credentials of the door named in the path. */
  | { readonly kind: 'door' }
  /** The credentials or signature of the vendor behind the connector named in the path. */
  | { readonly kind: 'webhook' }
  | { readonly kind: 'public'; readonly why: string };

/** Who called, once authenticated. */
export interface Caller {
  readonly appId: string;
  readonly displayName: string;
  readonly roles: ReadonlySet<string>;
  readonly connectorId?: string | undefined;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: RouteAccess;
  }
  interface FastifyRequest {
    /** Set for `permission` and `partner` routes. */
    caller: Caller | undefined;
  }
}
