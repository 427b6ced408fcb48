import type { Logger } from 'pino';
import type { TrustSets } from '../evidence/trust-sets.ts';
import type { Administrator } from '../api/token/administrator.ts';
import type { ClientDirectory } from '../api/token/client-directory.ts';
import type { PartnerLinks } from '../intake/open.ts';
import type { Opened } from './opened.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { DataKey } from '../platform/data-key.ts';
import type { HeldPort } from '../platform/free-port.ts';
import type { Outbound } from '../platform/outbound.ts';
import type { ServeSettings } from '../platform/settings.ts';
import type { SigningKeys } from '../platform/signing-keys.ts';
import type { ServerTls } from '../platform/tls.ts';
import type { TrustedClock } from '../platform/trusted-clock.ts';
import type { Publisher } from '../publish/publisher.ts';
import type { Store } from '../store/store.ts';
import type { FastifyInstance } from 'fastify';

/** What the services stand on. */
export interface Foundation {
  readonly settings: ServeSettings;
  readonly log: Logger;
  readonly clock: TrustedClock;
  readonly opened: Opened;
  readonly store: Store;
  readonly pipeline: Pipeline;
  /** Keeps `port` until it is listened on; `undefined` where the operator chose it. */
  readonly held: HeldPort | undefined;
  readonly port: number;
  readonly baseUrl: string;
  /** The names that the certificate is made for. */
  readonly hosts: readonly string[];
  /** `undefined`: nothing of this hub speaks TLS. */
  readonly serverTls: ServerTls | undefined;
  /** `undefined`: a proxy in front ends TLS. */
  readonly tls: ServerTls | undefined;
  readonly dataKey: DataKey;
  readonly signingKeys: SigningKeys;
}

/** What goes on without anybody asking over HTTP. */
export interface Services {
  readonly administrator: Administrator;
  readonly clients: ClientDirectory;
  /** Of changes of access, to doors. */
  readonly publisher: Publisher;
  /** Of what administrators watch. */
  readonly alerts: Publisher;
  readonly trustSets: TrustSets;
  readonly http: Outbound;
  readonly links: PartnerLinks;
}

export interface Hub {
  /** How clients reach it: `https://host[:port]`. */
  readonly baseUrl: string;
  readonly caFile: string | undefined;
  readonly adminFile: string | undefined;
  /** Where senders of syslog connect to, `HOST:PORT`, and what they have to trust unless the operator brought a certificate. */
  readonly syslog: { readonly address: string; readonly caFile: string | undefined } | undefined;
  /** What the operator should know, in words. */
  readonly notes: readonly string[];
  readonly app: FastifyInstance;
  /** Finishes what is in flight, then lets go of everything that was opened. */
  close(): Promise<void>;
}
