import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { HubError } from '@sallyport/contracts';
import { readBody } from '../../../documents/document-type.ts';
import { vendorLinkDocument, type VendorLinkBody } from '../../../documents/kinds/vendor-link.ts';
import { putDocument, removeDocument, required, type Target } from '../../../documents/write.ts';
import { changedSettings, isSentElsewhere, refuseAddresses } from '../../../intake/links/change-link.ts';
import { CURSOR_NAMES, cursorId, lastVendorId } from '../../../intake/links/cursors.ts';
import { formerAfter } from '../../../intake/links/former-secrets.ts';
import type { IntakeRunner } from '../../../intake/links/intake-runner.ts';
import { testLink } from '../../../intake/links/test-link.ts';
import { sealLink } from '../../../intake/links/vendor-link.ts';
import type { DeviceRegistry, VendorVocabulary } from '../../../pipeline/ports.ts';
import { canonicalId } from '@sallyport/contracts/graph/canonical-id.ts';
import { isoTime } from '../../../platform/clock.ts';
import { CannotOpen, type DataKey } from '../../../platform/data-key.ts';
import type { Outbound } from '../../../platform/outbound.ts';
import type { DocumentRow, Transaction } from '../../../store/store.ts';
import { VENDORS } from '../../../vendors/registry.ts';
import { VendorError } from '../../../vendors/kit/vendor-error.ts';
import type { Vendor, VendorLog } from '../../../vendors/vendor.ts';
import type { RouteAccess, RouteDoc } from '../../../http/route-access.ts';
import { writingOf, type AdminDependencies } from '../../../http/admin-documents.ts';
import { toTermView } from './unknown-terms-schema.ts';
import {
  fetchedKeys,
  linkOrUnreadable,
  linkParams,
  linkPut,
  linkView,
  statusView,
  testResult,
  toFormerSecrets,
  toLinkView,
  toVendorView,
  vendorView,
} from './vendor-links-schema.ts';

export interface VendorLinkRoutesOptions extends AdminDependencies {
  readonly runner: IntakeRunner;
  readonly devices: Pick<DeviceRegistry, 'forgetPartner'>;
  readonly vocabulary: Pick<VendorVocabulary, 'unknownTerms'>;
  readonly dataKey: DataKey;
  readonly http: Outbound;
  readonly log: VendorLog;
  /** Where senders of syslog connect to, `HOST:PORT`; `undefined`: the hub does not listen for them. */
  readonly syslogAddress?: string | undefined;
}

const READ: RouteAccess = {
  kind: 'permission',
  anyOf: ['DeviceManagementServiceConfig.Read.All', 'DeviceManagementServiceConfig.ReadWrite.All'],
};
const WRITE: RouteAccess = { kind: 'permission', anyOf: ['DeviceManagementServiceConfig.ReadWrite.All'] };
const LINK = '/admin/v1/connectors/:connectorId/vendor';

/** How a connector gets its reports from its vendor. What is changed runs when the call is answered. */
export function vendorLinkRoutes(options: VendorLinkRoutesOptions): FastifyPluginAsync {
  const links = new Links(options);
  return async (app) => {
    app.get('/admin/v1/vendors', { config: { access: READ, doc: docs.vendors } }, async () => ({
      value: VENDORS.map(toVendorView),
    }));
    app.get(LINK, { config: { access: READ, doc: docs.get } }, async (request) => {
      const row = await links.get(connectorIdOf(request));
      return toLinkView(row, vendorOf(row), options.clock.now());
    });
    app.put(LINK, { config: { access: WRITE, doc: docs.put } }, async (request) => {
      const row = await links.put(request, connectorIdOf(request), linkPut.parse(request.body));
      await options.runner.settled();
      return toLinkView(row, vendorOf(row), options.clock.now());
    });
    app.delete(LINK, { config: { access: WRITE, doc: docs.remove } }, async (request, reply) => {
      await links.remove(request, connectorIdOf(request));
      await options.runner.settled();
      return reply.code(204).send();
    });
    app.post(`${LINK}/test`, { config: { access: WRITE, doc: docs.test } }, async (request) => {
      const given = request.body === undefined || request.body === null ? undefined : linkPut.parse(request.body);
      return links.test(connectorIdOf(request), given);
    });
    app.post(`${LINK}/fetchKeys`, { config: { access: WRITE, doc: docs.fetchKeys } }, async (request) =>
      links.fetchKeys(connectorIdOf(request)),
    );
    app.get(`${LINK}/status`, { config: { access: READ, doc: docs.status } }, async (request) =>
      links.status(connectorIdOf(request)),
    );
  };
}

type Given = z.infer<typeof linkPut>;

class Links {
  readonly #options: VendorLinkRoutesOptions;

  constructor(options: VendorLinkRoutesOptions) {
    this.#options = options;
  }

  async get(connectorId: string): Promise<DocumentRow> {
    return required(await this.#options.store.documents.get('vendorLink', connectorId), targetOf(connectorId));
  }

  async put(request: FastifyRequest, connectorId: string, given: Given): Promise<DocumentRow> {
    const { clock, dataKey } = this.#options;
    const vendor = knownVendor(given.vendor);
    await this.#endOtherVendor(request, connectorId, vendor, given);
    return putDocument(writingOf(this.#options, request), targetOf(connectorId), async (row, tx) => {
      if ((await tx.documents.get('mobileThreatDefenseConnector', connectorId)) === undefined) {
        throw new HubError(
          'not_found',
          `There is no mobileThreatDefenseConnector ${connectorId.slice(0, 100)}; create it first.`,
        );
      }
      const before = bodyOf(row);
      const settings = this.#settingsToKeep(connectorId, vendor, given, before);
      if (before !== undefined && isSentElsewhere(vendor, before, settings)) await forgetCursors(tx, connectorId);
      const former = given.endFormerSecrets
        ? {}
        : formerAfter(connectorId, vendor, before, settings, dataKey, clock.now());
      await tx.documents.put('vendorCursor', lastVendorId(connectorId), { value: vendor.id }, clock.now());
      return {
        ...sealLink(connectorId, vendor, given.enabled, settings, dataKey),
        ...(Object.keys(former).length > 0 && { former }),
      };
    });
  }

  /**
   * Another vendor's word about a device is no news to what the former said of it, so that must not go on beside it:
   * the former is unlinked, and everything that it said ends. What is refused anyway ends nothing.
   */
  async #endOtherVendor(request: FastifyRequest, connectorId: string, vendor: Vendor, given: Given): Promise<void> {
    const { store, runner, devices } = this.#options;
    const before = bodyOf(await store.documents.get('vendorLink', connectorId));
    const last = before?.vendor ?? (await store.documents.get('vendorCursor', lastVendorId(connectorId)))?.body.value;
    if (last === undefined || last === vendor.id) return;
    this.#settingsToKeep(connectorId, vendor, given, before);
    if (before !== undefined) {
      await this.remove(request, connectorId);
      await runner.settled();
    }
    await devices.forgetPartner(connectorId);
  }

  #settingsToKeep(
    connectorId: string,
    vendor: Vendor,
    { settings, enabled }: Given,
    before: VendorLinkBody | undefined,
  ): Readonly<Record<string, unknown>> {
    const { dataKey, http } = this.#options;
    const changed = changedSettings(connectorId, { vendor, settings }, before, dataKey);
    refuseAddresses({ vendor, settings: changed, enabled }, before, http);
    return changed;
  }

  remove(request: FastifyRequest, connectorId: string): Promise<void> {
    return removeDocument(writingOf(this.#options, request), targetOf(connectorId), (_, tx) =>
      forgetCursors(tx, connectorId),
    );
  }

  /** What is kept, or what is given as if it were kept: so that settings can be tried before they are saved. */
  async test(connectorId: string, given: Given | undefined): Promise<z.infer<typeof testResult>> {
    const { store, dataKey } = this.#options;
    const kept =
      given === undefined ? await this.get(connectorId) : await store.documents.get('vendorLink', connectorId);
    const before = bodyOf(kept);
    const vendor = knownVendor(given?.vendor ?? before?.vendor ?? '');
    try {
      const settings = changedSettings(
        connectorId,
        { vendor, settings: given?.settings ?? before?.settings ?? {} },
        before,
        dataKey,
      );
      return await testLink({ connectorId, vendor, enabled: true, settings }, this.#options);
    } catch (error) {
      if (error instanceof CannotOpen) return { ok: false, message: error.message };
      throw error;
    }
  }

  /** Never throws for what the vendor does. */
  async fetchKeys(connectorId: string): Promise<z.infer<typeof fetchedKeys>> {
    await this.get(connectorId);
    const { runner, http, clock } = this.#options;
    const link = runner.link(connectorId)?.link;
    if (link === undefined)
      throw new HubError('conflict', 'The link is not running: switch it on first.', { field: 'connectorId' });
    const { vendor, settings } = link;
    if (vendor.fetchKeys === undefined)
      throw new HubError('invalid_request', `${vendor.displayName} publishes no keys that it signs with.`, {
        field: 'connectorId',
      });
    try {
      const keys = await vendor.fetchKeys(settings, { http, clock });
      return {
        ok: true,
        message: `${keys.length} ${keys.length === 1 ? 'key was' : 'keys were'} read; only these are believed from now on.`,
        keys: [...keys],
      };
    } catch (error) {
      if (!(error instanceof VendorError)) throw error;
      return {
        ok: false,
        message: `${error.message} The keys that were read before still count, for 24 hours after they were read.`,
        keys: [],
      };
    }
  }

  async status(connectorId: string): Promise<z.infer<typeof statusView>> {
    const row = await this.get(connectorId);
    const { runner, store, clock, vocabulary } = this.#options;
    const status = runner.status(connectorId);
    const [poll, stream] = await Promise.all(
      CURSOR_NAMES.map((name) => store.documents.get('vendorCursor', cursorId(connectorId, name))),
    );
    const problem = status?.problem ?? null;
    return {
      running: status?.running ?? false,
      formerSecrets: toFormerSecrets(bodyOf(row) ?? {}, clock.now()),
      lastSuccessDateTime: timeOf(status?.lastSuccessAt),
      lastReportDateTime: timeOf(status?.lastReportAt),
      unread:
        status?.unread == null
          ? null
          : { count: status.unread.count, lastDateTime: isoTime(status.unread.lastAt), message: status.unread.message },
      problem: problem && {
        dateTime: isoTime(problem.at),
        message: problem.message,
        nextTryDateTime: timeOf(problem.nextTryAt),
      },
      unknownTerms: (await vocabulary.unknownTerms(connectorId)).map(toTermView),
      cursors: { poll: timeOf(poll?.modifiedAt), stream: timeOf(stream?.modifiedAt) },
    };
  }
}

async function forgetCursors(tx: Transaction, connectorId: string): Promise<void> {
  for (const name of CURSOR_NAMES) await tx.documents.delete('vendorCursor', cursorId(connectorId, name));
}

function knownVendor(id: string): Vendor {
  const vendor = VENDORS.find((one) => one.id === id);
  if (vendor === undefined)
    throw new HubError(
      'invalid_request',
      `vendor must be one of ${VENDORS.map((one) => one.id).join(', ')}. Every other partner can use the partner API.`,
      { field: 'vendor' },
    );
  return vendor;
}

function vendorOf(row: DocumentRow): Vendor | undefined {
  return VENDORS.find((one) => one.id === row.body.vendor);
}

/** `undefined` for one that cannot be read, too: it can be replaced as if there were none. */
function bodyOf(row: DocumentRow | undefined): VendorLinkBody | undefined {
  return row && readBody(vendorLinkDocument, row);
}

function targetOf(connectorId: string): Target {
  const { kind, name } = vendorLinkDocument;
  return {
    kind,
    name,
    id: connectorId,
    missing: () => new HubError('not_found', `The connector ${connectorId.slice(0, 100)} has no link to a vendor.`),
  };
}

function timeOf(at: number | null | undefined): string | null {
  return at === null || at === undefined ? null : isoTime(at);
}

function connectorIdOf(request: FastifyRequest): string {
  return canonicalId((request.params as z.infer<typeof linkParams>).connectorId);
}

const tags = ['admin: vendors'];
const docs = {
  vendors: {
    summary: 'List the vendors whose own format the hub speaks',
    tags,
    responses: {
      200: {
        description: 'Vendors with the schema of their settings.',
        schema: z.object({ value: z.array(vendorView) }),
      },
    },
  },
  get: {
    summary: 'Read the link of a connector to its vendor',
    tags,
    params: linkParams,
    responses: { 200: { description: 'The link, without its secrets.', schema: linkOrUnreadable } },
  },
  put: {
    summary: 'Link a connector to its vendor, or change the link',
    tags,
    params: linkParams,
    body: linkPut,
    description:
      'When the address changes, the secrets have to be given again: a kept secret is never sent to another address. An address that the hub may not call is refused; a name that leads to such an address shows when it is called. A secret that the vendor shows to the hub (webhookSecret, pushAuthorization, sharedKey) can be replaced without a gap: the former one is accepted for 24 hours beside it, unless endFormerSecrets says otherwise. When the vendor is another than before, what the former said of all devices ends: its levels go, its open findings are resolved, its ids of devices are forgotten.',
    responses: { 200: { description: 'The link, without its secrets. It runs.', schema: linkView } },
  },
  remove: {
    summary: 'Remove the link of a connector',
    tags,
    params: linkParams,
    responses: { 204: { description: 'Removed; what the vendor said stays, until another vendor is linked.' } },
  },
  test: {
    summary: 'Try a link',
    tags,
    params: linkParams,
    body: linkPut.optional(),
    description: 'With a body: tries those settings without saving them.',
    responses: { 200: { description: 'Whether the vendor answers.', schema: testResult } },
  },
  fetchKeys: {
    summary: 'Read the keys that a vendor signs with now',
    tags,
    params: linkParams,
    description:
      'For transmitters of Shared Signals. They are read again every five minutes by themselves; this is for a key that was withdrawn just now. It concerns the hub that answers: others that share the database read the keys within five minutes.',
    responses: {
      200: {
        description: 'The keys that are believed from now on, or why they could not be read.',
        schema: fetchedKeys,
      },
    },
  },
  status: {
    summary: 'See how a link fares',
    tags,
    params: linkParams,
    responses: { 200: { description: 'Status since the hub started.', schema: statusView } },
  },
} satisfies Record<string, RouteDoc>;
