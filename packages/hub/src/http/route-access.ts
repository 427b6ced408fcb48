import type {} from 'fastify';
import type { ZodType } from 'zod';
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
  /** The credentials of the door named in the path; checked by the route's own `onRequest` or `preHandler`. */
  | { readonly kind: 'door' }
  /** The credentials or signature of the vendor behind the connector named in the path; checked likewise. */
  | { readonly kind: 'webhook' }
  | { readonly kind: 'public'; readonly why: string };

/**
 * A door shows its key in a header of its own: `Authorization` belongs to the client behind it and must reach
 * the application. The gateway sets this header on every question, which replaces one that a client sent.
 */
export const KEY_HEADER = 'x-sallyport-door-key';

/** Who called, once authenticated. */
export interface Caller {
  readonly appId: string;
  readonly displayName: string;
  readonly roles: ReadonlySet<string>;
  readonly connectorId?: string | undefined;
  /** What its registration says of the decisions that it asks for; absent: nothing. */
  readonly asking?: AskingClient | undefined;
}

/** What the registration of a client says of the decisions that it asks for. */
export interface AskingClient {
  /** Id of the trust set whose CAs vouch for the device certificates that it hands on; `null`: none do. */
  readonly trustSet: string | null;
  /** Types of obligations that it fulfils although its requests do not say so. */
  readonly obligations: ReadonlySet<string>;
  /** Members of `context` that cannot be used are refused. */
  readonly strictContext: boolean;
}

/** What a route says of itself in `/openapi.json`. */
export interface RouteDoc {
  readonly summary: string;
  readonly description?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  /** Objects whose properties are the parameters. */
  readonly params?: ZodType | undefined;
  readonly query?: ZodType | undefined;
  readonly headers?: ZodType | undefined;
  readonly body?: ZodType | undefined;
  /** Default: `application/json`. */
  readonly bodyType?: string | undefined;
  readonly responses?:
    | Readonly<
        Record<
          number,
          {
            readonly description: string;
            readonly schema?: ZodType | undefined;
            readonly headers?: ZodType | undefined;
          }
        >
      >
    | undefined;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: RouteAccess;
    doc?: RouteDoc;
    /** An answer that stays open (server-sent events); it is ended when the server closes. */
    stream?: boolean;
    /** Answers without an error are logged at `debug` only: for routes called thousands of times a second. */
    quiet?: boolean;
    /** Texts of the body are judged by the route itself, one by one, or never stored. */
    anyText?: boolean;
  }
  interface FastifyRequest {
    /** Set for `permission` and `partner` routes. */
    caller: Caller | undefined;
  }
}
