import type { FastifyBaseLogger } from 'fastify';
import { applicationDocument, type ApplicationDocument } from '../../platform/application.ts';
import type { DocumentRow, Readers } from '../../store/store.ts';
import { fieldOf } from '../../http/errors.ts';
import type { AskingClient } from '../../http/route-access.ts';

/** A client of our API as tokens are made from it. A changed application is a new object. */
export interface Client {
  /** Graph object id. */
  readonly objectId: string;
  readonly appId: string;
  readonly displayName: string;
  readonly roles: ReadonlySet<string>;
  readonly connectorId: string | undefined;
  readonly credentials: readonly ClientCredential[];
  readonly asking: AskingClient;
}

export interface ClientCredential {
  readonly keyId: string;
  readonly hash: string;
  /** Milliseconds since 1970. */
  readonly endsAt: number;
}

/** The applications, in memory. */
export interface ClientDirectory {
  /** By application id, in any case. Waits for a reload under way, so that it never answers what was before a change. */
  find(appId: string): Promise<Client | undefined>;
  /** The same without waiting; `undefined` also while the applications are being read. */
  peek(appId: string): Client | undefined;
  /** To be called when an application was created, changed or deleted, here or on another node. */
  invalidate(): void;
}

/** Reads nothing before the first `find`. A failed reload throws `StoreBusy` to its callers and is tried again. */
export function createClientDirectory(store: Pick<Readers, 'documents'>, log: FastifyBaseLogger): ClientDirectory {
  let loading: Promise<ReadonlyMap<string, Client>> | undefined;
  /** What `loading` came to, once it has. */
  let loaded: ReadonlyMap<string, Client> | undefined;

  function current(): Promise<ReadonlyMap<string, Client>> {
    if (loading === undefined) {
      const started = load(store, log);
      loading = started;
      started.then(
        (clients) => {
          if (loading === started) loaded = clients;
        },
        () => {
          if (loading === started) loading = undefined;
        },
      );
    }
    return loading;
  }

  return {
    async find(appId) {
      for (;;) {
        const used = current();
        const clients = await used;
        // Changed while it was loaded: what was loaded may be from before the change.
        if (loading === used) return clients.get(appId.toLowerCase());
      }
    },
    peek: (appId) => loaded?.get(appId.toLowerCase()),
    invalidate() {
      loading = undefined;
      loaded = undefined;
    },
  };
}

async function load(store: Pick<Readers, 'documents'>, log: FastifyBaseLogger): Promise<ReadonlyMap<string, Client>> {
  const clients = new Map<string, Client>();
  for (const row of await store.documents.list('application')) {
    const parsed = applicationDocument.safeParse(row.body);
    if (parsed.success) clients.set(parsed.data.appId.toLowerCase(), clientOf(row, parsed.data));
    else
      log.error(
        { applicationId: row.id, fields: parsed.error.issues.map((issue) => fieldOf(issue.path)) },
        'an application in the database cannot be read, so its client is refused',
      );
  }
  return clients;
}

function clientOf(row: DocumentRow, body: ApplicationDocument): Client {
  return {
    objectId: row.id,
    appId: body.appId,
    displayName: body.displayName,
    roles: new Set(body.permissions),
    connectorId: body.mobileThreatDefenseConnectorId?.toLowerCase(),
    asking: {
      trustSet: body.deviceTrustSet,
      obligations: new Set(body.supportedObligations),
      strictContext: body.strictContext,
    },
    credentials: body.passwordCredentials.map(({ keyId, hash, endDateTime }) => ({
      keyId,
      hash,
      endsAt: Date.parse(endDateTime),
    })),
  };
}
