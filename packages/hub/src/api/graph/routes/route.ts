import type { Permission } from '@sallyport/contracts';
import type { GraphBody, GraphVersion } from '@sallyport/contracts/graph/model.ts';
import type { DeviceRegistry } from '../../../pipeline/ports.ts';
import type { AccessEffect, Configuration } from '../../../documents/configuration.ts';
import type { AccessView } from '../../../view/ports.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Readers } from '../../../store/store.ts';
import type { Caller } from '../../../http/route-access.ts';
import type { GraphRouteDoc } from './route-doc.ts';

export interface GraphDependencies {
  readonly store: Readers;
  readonly configuration: Configuration;
  readonly devices: DeviceRegistry;
  readonly view: AccessView;
  readonly clock: Clock;
  /** What links in answers begin with, where that is not the host of the request (behind a proxy). */
  readonly baseUrl?: string | undefined;
}

/** A request as the handlers of Graph resources see it. */
export interface GraphRequest {
  readonly version: GraphVersion;
  readonly method: string;
  /** `https://host[:port]`, without a slash at the end. */
  readonly origin: string;
  /** As the client wrote it, for links to the next page. */
  readonly originalPath: string;
  readonly queryString: string;
  readonly params: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly caller: Caller;
  /** `Prefer: include-unknown-enum-members`. */
  readonly lateEnumMembers: boolean;
  /** Hears what a write of the configuration did to access; the answer's headers say it. */
  readonly evaluated: (effect: AccessEffect) => void;
}

export interface GraphAnswer {
  readonly status: 200 | 201 | 204;
  readonly body?: GraphBody | undefined;
  /** Instead of `body`: plain text, as `/$count` answers. */
  readonly text?: string | undefined;
}

/** A route of Graph; it is served under `/v1.0` and `/beta`. */
export interface GraphRoute {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With `:name` for parameters. */
  readonly path: string;
  /** Any of these permissions opens it. */
  readonly access: readonly Permission[];
  readonly summary: string;
  readonly description?: string | undefined;
  /** Served in this version alone. */
  readonly only?: GraphVersion | undefined;
  readonly doc: GraphRouteDoc;
  readonly handle: (request: GraphRequest) => Promise<GraphAnswer>;
}

export const noContent: GraphAnswer = { status: 204 };

/** Parameters are always there: the path of the route names them. */
export function param(request: GraphRequest, name: string): string {
  const value = request.params[name];
  if (value === undefined) throw new Error(`The route has no parameter ${name}.`);
  return value;
}
