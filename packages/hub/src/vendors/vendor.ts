import { z } from 'zod';
import type { CategoryTable, Instant, Signal } from '@sallyport/core';
import type { Clock } from '../platform/clock.ts';
import type { Outbound } from '../platform/outbound.ts';

/**
 * What the hub asks of an MTD vendor. A vendor is a folder with the same files as its neighbours: `settings`,
 * `wire` (the vendor's shapes, read into one), `normalise` (what they mean), `client`, `index`. Its wire shapes
 * go no further than its folder.
 */
export interface Vendor {
  /** Name in settings and addresses: `lookout`. */
  readonly id: string;
  readonly displayName: string;
  /** The well-known id of its connector in Microsoft Graph; `ANY_CONNECTOR` for an open way in. */
  readonly connectorId: string;
  /** What an administrator fills in. Each field has a title and a description; `secret: true` in its metadata seals it. */
  readonly settings: z.ZodObject;
  /** How its raw records are named in the store, for reading them again later. */
  readonly format: string;
  /**
   * What its words for kinds of threats (`FindingReport.type`) mean in our taxonomy; read with `categoryOf` when a
   * report comes in, for findings that `normalise` gave no category. What users should do follows from the
   * category, in their language: `recommendedAction` is for what the vendor itself says and for nothing else.
   */
  readonly categories?: CategoryTable | undefined;
  /**
   * What one record of the vendor says; empty when it says nothing about a device. Pure, never throws.
   * `receivedAt` stands in only where the record has no time of its own. `settings`, which have passed the
   * schema, are for words whose meaning the administrator chooses.
   */
  normalise(
    raw: unknown,
    connectorId: string,
    receivedAt: Instant,
    settings: Readonly<Record<string, unknown>>,
  ): readonly Signal[];
  /**
   * For a record from which `normalise` got no signal: why it cannot be read, completing "the record ..."; `undefined`
   * if it is readable but reports on no device, such as an audit event. Left out: every JSON object is readable. The
   * answer goes to status and log, so it repeats nothing of the record.
   */
  whyUnread?(raw: unknown): string | undefined;
  /** For vendors that are asked; `undefined` where the settings say not to. `settings` have passed the schema. */
  connect?(settings: Readonly<Record<string, unknown>>, tools: VendorTools): VendorConnection | undefined;
  /**
   * For vendors that sign what they send with keys that they publish: reads them now, and from then on these count.
   * `settings` are the very object of the link at work. Rejects with `VendorError` when they cannot be had.
   */
  fetchKeys?(
    settings: Readonly<Record<string, unknown>>,
    tools: Pick<VendorTools, 'http' | 'clock'>,
  ): Promise<readonly PublishedKey[]>;
  /** The names of the settings whose addresses the hub calls; those that are destinations where this is left out. */
  addressesCalled?(settings: Readonly<Record<string, unknown>>): readonly string[];
  /** For vendors that push. */
  readonly receive?: VendorReceiver | undefined;
  /** Where it pushes, below `/intake/{connectorId}`, when that is a route of its own: `/ssf`. */
  readonly pushPath?: string | undefined;
  /** For vendors that write rows to Azure Monitor by its HTTP Data Collector API, which a relay may point at us. */
  readonly collect?: LogCollector | undefined;
  /** For formats that an administrator describes: what a sample would become, before anything is saved. */
  readonly tryOut?: VendorTryOut | undefined;
}

/** In place of the id of a connector: a format that is nobody's own and serves whichever connector is linked to it. */
export const ANY_CONNECTOR = '*';

export interface PublishedKey {
  readonly keyId: string | null;
  /** `RSA`, `EC`, ... (RFC 7517, section 4.1). */
  readonly keyType: string;
}

export interface VendorTools {
  readonly http: Outbound;
  readonly clock: Clock;
  /** Resolves after `ms`; rejects when `signal` aborts. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly log: VendorLog;
}

export interface VendorLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

/** One link to a vendor while it is up: holds its token and its place in a list, in memory only. */
export interface VendorConnection {
  /**
   * One round of asking. After a failure the next call goes on where this one stopped. Throws `VendorError`
   * or what `feed` threw.
   */
  poll?(feed: Feed): Promise<void>;
  /** From the end of one round to the start of the next. */
  readonly pollEveryMs?: number | undefined;
  /** Follows the vendor's stream until it ends; answers how long to wait before following it again. */
  stream?(feed: Feed): Promise<{ readonly waitMs: number }>;
  /** Asks for as little as shows that address and credentials are right; answers a line for people. */
  test(signal: AbortSignal): Promise<string>;
}

/** Where a connection puts what it got. */
export interface Feed {
  /** Aborts when the link is changed or the hub stops. */
  readonly signal: AbortSignal;
  /** Resolves once everything is durable; only then may the cursor move past it. */
  take(records: readonly unknown[]): Promise<void>;
  /** The vendor is alive but had nothing to tell. */
  alive(): Promise<void>;
  /** Whether the hub can tell which managed device this is from the vendor's own id alone. */
  knows(vendorDeviceId: string): boolean;
  /**
   * Ids, the vendor's own and those of management, of devices about which open findings came since this was last asked:
   * what its next list says of them counts, also where it is what it was.
   */
  devicesWithNewFindings(): readonly string[];
  /** The place to go on from, kept across restarts. */
  readonly cursor: Cursor;
}

export interface Cursor {
  get(): Promise<string | undefined>;
  set(value: string | undefined): Promise<void>;
}

export type ReceivedHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface VendorReceiver {
  /**
   * Whether the call comes from the vendor, as far as its headers tell; asked before the body is read. Compares
   * in constant time; `settings` have passed the schema; `now` is for signatures that age.
   */
  verify(headers: ReceivedHeaders, settings: Readonly<Record<string, unknown>>, now: Instant): boolean;
  /** For vendors that sign what they send: whether the signature fits the bytes of the body as they came. */
  verifyBody?(body: Uint8Array, headers: ReceivedHeaders, settings: Readonly<Record<string, unknown>>): boolean;
  /** The records in a body that was valid JSON; `undefined` when it cannot be the vendor's. */
  records(body: unknown, settings: Readonly<Record<string, unknown>>): readonly unknown[] | undefined;
}

export interface LogCollector {
  /** What rows must be signed with; `undefined`: none are taken. `settings` have passed the schema. */
  credentials(
    settings: Readonly<Record<string, unknown>>,
  ): { readonly workspaceId: string; readonly sharedKey: string } | undefined;
  /** The records in rows that came together, in their order. */
  records(batch: LogBatch): readonly unknown[];
}

export interface LogBatch {
  /** The header `Log-Type`: the name of the table without `_CL`. */
  readonly logType: string;
  /** The header `time-generated-field`: the column that says when the row was written. */
  readonly timeField: string | undefined;
  readonly rows: readonly unknown[];
}

export interface VendorTryOut {
  /** As `Vendor.settings`, where secrets may be left out. */
  readonly settings: z.ZodObject;
  /** Pure; stores nothing. `headers` are those that came with the sample, in lower case. */
  run(
    sample: string,
    headers: ReceivedHeaders | undefined,
    settings: Readonly<Record<string, unknown>>,
    now: Instant,
  ): TryOutResult;
}

export interface TryOutResult {
  /** Whether the sample would have been let in; `undefined` where no headers were given, or none are needed. */
  readonly authentication: { readonly ok: boolean; readonly message: string } | undefined;
  readonly records: readonly TriedRecord[];
}

export interface TriedRecord {
  /** Where in the sample: `$.events[0]`, `line 3`. */
  readonly place: string;
  /** `undefined`: the record says nothing about a device. */
  readonly signal: Signal | undefined;
  readonly problems: readonly TryOutProblem[];
}

export interface TryOutProblem {
  /** Of ours: `state`, `deviceKeys.imei`. */
  readonly field: string;
  /** Where in the record. */
  readonly path: string;
  /** What stands there, as JSON and cut; left out where nothing does. */
  readonly value?: string;
  /** Completes "the value ...". */
  readonly message: string;
}

/** Marks a settings field that is sealed in the store and never shown. */
export function secret<T extends z.ZodType>(schema: T, title: string, description: string): T {
  return schema.meta({ title, description, secret: true });
}

/** The names of the settings that are secrets. */
export function secretNames(vendor: Pick<Vendor, 'settings'>): readonly string[] {
  return namesWith(vendor, 'secret');
}

/** The names of the settings that say where secrets are sent: `destination: true` in their metadata. */
export function destinationNames(vendor: Pick<Vendor, 'settings'>): readonly string[] {
  return namesWith(vendor, 'destination');
}

/** The names of the secrets that a vendor shows to us: `incoming: true` in their metadata. They are sent nowhere. */
export function incomingNames(vendor: Pick<Vendor, 'settings'>): readonly string[] {
  return namesWith(vendor, 'incoming');
}

function namesWith(vendor: Pick<Vendor, 'settings'>, mark: 'secret' | 'destination' | 'incoming'): readonly string[] {
  return Object.entries(vendor.settings.shape)
    .filter(([, field]) => (field as z.ZodType).meta()?.[mark] === true)
    .map(([name]) => name);
}

/** An https address to which paths are appended. Plain http is for a relay that the operator listed; the outbound guard decides. */
export function baseUrl() {
  // `abort`: what is no address is not looked at any further.
  return (
    z
      .url({ protocol: /^https?$/, error: 'must be an address that begins with https://', abort: true })
      .refine((text) => {
        const url = new URL(text);
        return url.username === '' && url.password === '' && url.search === '' && url.hash === '';
      }, 'must not hold a user name, a query or a fragment')
      // Not `transform`: the JSON Schema of a transformed setting leaves out its default.
      .overwrite((text) => text.replace(/\/+$/, ''))
  );
}
