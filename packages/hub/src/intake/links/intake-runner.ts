import { setTimeout as sleep } from 'node:timers/promises';
import { readBody } from '../../documents/document-type.ts';
import { connectorDocument } from '../../documents/kinds/connector.ts';
import { vendorLinkDocument } from '../../documents/kinds/vendor-link.ts';
import type { DataKey } from '../../platform/data-key.ts';
import type { DocumentRow, OutboxRow, Store } from '../../store/store.ts';
import type { Vendor } from '../../vendors/vendor.ts';
import { VENDORS } from '../../vendors/registry.ts';
import type { LinkStatus, LinkTools } from './link-runtime.ts';
import { LinkRuntime } from './link-runtime.ts';
import type { OpenLink } from './vendor-link.ts';
import { openLink } from './vendor-link.ts';

export interface IntakeOptions extends Omit<LinkTools, 'store' | 'wait' | 'random'> {
  readonly store: Pick<Store, 'documents' | 'transaction' | 'onCommitted'>;
  readonly dataKey: DataKey;
  /** Default: all that the hub knows. */
  readonly vendors?: readonly Vendor[] | undefined;
  /** For tests. */
  readonly wait?: LinkTools['wait'] | undefined;
  readonly random?: (() => number) | undefined;
}

/** Keeps the links to vendors running as they are configured. */
export interface IntakeRunner {
  /** The enabled link of a connector; `undefined` for all others. */
  link(connectorId: string): LinkRuntime | undefined;
  /** All enabled links. */
  links(): readonly LinkRuntime[];
  /** `undefined` where there is no link. A link that cannot run says why. */
  status(connectorId: string): (LinkStatus & { readonly running: boolean }) | undefined;
  /** Resolves when what the store now says is running. For tests and for `PUT`, which answers after it. */
  settled(): Promise<void>;
  /** Stops asking; what was received is taken to its end first. */
  close(): Promise<void>;
}

/** Kinds of configuration that a link depends on. */
const WATCHED: ReadonlySet<string> = new Set([vendorLinkDocument.kind, connectorDocument.kind]);

export async function startIntake(options: IntakeOptions): Promise<IntakeRunner> {
  const runner = new Runner(options);
  options.store.onCommitted((rows) => {
    if (rows.some(isWatched)) void runner.refresh();
  });
  await runner.refresh();
  return runner;
}

function isWatched(row: OutboxRow): boolean {
  return row.kind === 'configuration-changed' && WATCHED.has(row.subject);
}

interface Kept {
  readonly version: number;
  readonly runtime: LinkRuntime | undefined;
  /** Why it does not run. */
  readonly problem: string | undefined;
  readonly since: number;
}

class Runner implements IntakeRunner {
  readonly #options: IntakeOptions;
  readonly #tools: LinkTools;
  readonly #kept = new Map<string, Kept>();
  /** Changes are followed one after the other. */
  #refreshing: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: IntakeOptions) {
    const { store, intake, http, clock, log, wait = abortableWait, random = Math.random } = options;
    this.#options = options;
    this.#tools = { store, intake, http, clock, log, wait, random };
  }

  link(connectorId: string): LinkRuntime | undefined {
    return this.#kept.get(connectorId)?.runtime;
  }

  links(): readonly LinkRuntime[] {
    return [...this.#kept.values()].flatMap(({ runtime }) => runtime ?? []);
  }

  status(connectorId: string) {
    const kept = this.#kept.get(connectorId);
    if (kept === undefined) return undefined;
    if (kept.runtime !== undefined) return { running: true, ...kept.runtime.status };
    const problem = kept.problem === undefined ? null : { at: kept.since, message: kept.problem, nextTryAt: null };
    return { running: false, lastSuccessAt: null, lastReportAt: null, refusedAt: null, unread: null, problem };
  }

  settled(): Promise<void> {
    return this.#refreshing;
  }

  refresh(): Promise<void> {
    this.#refreshing = this.#refreshing
      .then(() => this.#follow())
      .catch((error: unknown) => {
        this.#options.log.warn({ err: error }, 'the links to vendors could not be read; they go on as they were');
      });
    return this.#refreshing;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#refreshing;
    await Promise.all([...this.#kept.values()].map((kept) => kept.runtime?.stop()));
    this.#kept.clear();
  }

  async #follow(): Promise<void> {
    if (this.#closed) return;
    const rows = await this.#options.store.documents.list(vendorLinkDocument.kind);
    const connectors = new Set((await this.#options.store.documents.list(connectorDocument.kind)).map((row) => row.id));
    const wanted = new Map(rows.filter((row) => connectors.has(row.id)).map((row) => [row.id, row]));
    await Promise.all(
      [...this.#kept].map(async ([id, kept]) => {
        if (wanted.get(id)?.version === kept.version) return;
        this.#kept.delete(id);
        await kept.runtime?.stop();
      }),
    );
    for (const [id, row] of wanted) if (!this.#kept.has(id)) this.#start(row);
  }

  #start(row: DocumentRow): void {
    const { clock, log } = this.#options;
    const since = clock.now();
    try {
      const link = this.#open(row);
      const runtime = link.enabled ? new LinkRuntime(link, this.#tools) : undefined;
      this.#kept.set(row.id, { version: row.version, runtime, problem: undefined, since });
      runtime?.start();
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      log.warn({ connectorId: row.id }, `a link to a vendor cannot run: ${problem}`);
      this.#kept.set(row.id, { version: row.version, runtime: undefined, problem, since });
    }
  }

  #open(row: DocumentRow): OpenLink {
    const { vendors = VENDORS, dataKey } = this.#options;
    const body = readBody(vendorLinkDocument, row);
    if (body === undefined)
      throw new Error(
        'What is stored of this link cannot be read. Remove the link and make it again, or restore the database from a backup.',
      );
    const vendor = vendors.find((one) => one.id === body.vendor);
    if (vendor === undefined) throw new Error(`This hub knows no vendor "${body.vendor}".`);
    return openLink(row.id, body, vendor, dataKey);
  }
}

/** Does not keep the process alive by itself. */
async function abortableWait(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal, ref: false });
}
