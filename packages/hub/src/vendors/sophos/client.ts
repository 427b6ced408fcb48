import { z } from 'zod';
import type { OutboundResponse } from '../../platform/outbound.ts';
import { jsonOf, timeOfAnswer } from '../kit/answer.ts';
import { clientCredentialsToken } from '../kit/client-credentials.ts';
import { PAGE_TIMEOUT_MS, type Page } from '../kit/page-walk.ts';
import { RequestBudget } from '../kit/request-budget.ts';
import { baseUrl, type VendorTools } from '../vendor.ts';
import { asking, requireSuccess, VendorError } from '../kit/vendor-error.ts';
import { identifier, isRecord, record } from '../kit/wire-read.ts';
import type { SophosSettings } from './settings.ts';

const DEVICES_AT_ONCE = 100;
const ALERTS_AT_ONCE = 100;
/** Sophos answers 400 below 200 and above 1,000. */
const EVENTS_AT_ONCE = 1000;
/** Sophos allows 100 a minute; the rest is for other clients of the same tenant. */
const REQUESTS_A_MINUTE = 90;
const WHO = 'Sophos Central';
/** A property of a device, which the list does not hold. */
const SERIAL_NUMBER = 'device.serial-number';

const whoami = z.object({
  id: z.string().min(1),
  idType: z.string(),
  apiHosts: z.object({ dataRegion: z.string().optional() }),
});

export interface Tenant {
  readonly id: string;
  readonly dataRegion: string;
}

/** A page by number, or by Sophos's key. */
export interface DevicesPlace {
  readonly page: number;
  readonly key?: string | undefined;
}

export interface DevicesPage extends Page<DevicesPlace> {
  /** The moment (Sophos's clock) whose truth the page is. */
  readonly takenAt: number;
}

export interface EventsPage {
  readonly items: readonly unknown[];
  /** Where to go on the next time. */
  readonly cursor: string | undefined;
  readonly more: boolean;
}

export interface SophosClient {
  /** Which tenant the credential is for; asked once. */
  tenant(signal: AbortSignal): Promise<Tenant>;
  devices(place: DevicesPlace, signal: AbortSignal): Promise<DevicesPage>;
  /** Of one device; `undefined`: Sophos has none. */
  serialNumber(deviceId: string, signal: AbortSignal): Promise<string | undefined>;
  alerts(since: number, key: string | undefined, signal: AbortSignal): Promise<Page<string>>;
  /** Events after a cursor, or from a time on (at most a day back). `undefined`: Sophos no longer knows the cursor. */
  events(
    from: { readonly cursor: string } | { readonly since: number },
    signal: AbortSignal,
  ): Promise<EventsPage | undefined>;
}

export function createSophosClient(settings: SophosSettings, tools: VendorTools): SophosClient {
  const { http, clock } = tools;
  const budget = new RequestBudget(REQUESTS_A_MINUTE, tools);
  const token = clientCredentialsToken(
    {
      who: WHO,
      tokenUrl: `${settings.identityUrl}/api/v2/oauth2/token`,
      clientId: settings.clientId,
      clientSecret: settings.clientSecret,
      scope: 'token',
    },
    tools,
  );
  let known: Tenant | undefined;

  async function get(
    url: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<OutboundResponse> {
    return token.use(signal, async (bearer) => {
      await budget.spend(signal);
      return asking(() =>
        http.request(url, {
          headers: { authorization: `Bearer ${bearer}`, accept: 'application/json', ...headers },
          signal,
          timeoutMs: PAGE_TIMEOUT_MS,
          maxBytes: 32 * 1024 * 1024,
        }),
      );
    });
  }

  async function tenant(signal: AbortSignal): Promise<Tenant> {
    if (known !== undefined) return known;
    const answer = await get(`${settings.globalUrl}/whoami/v1`, {}, signal);
    requireSuccess(answer, `${WHO} (whoami)`, clock.now());
    const parsed = whoami.safeParse(jsonOf(answer, WHO));
    if (!parsed.success) throw new VendorError('bad_answer', `${WHO} did not say which tenant the credential is for.`);
    const { id, idType, apiHosts } = parsed.data;
    if (idType !== 'tenant')
      throw new VendorError(
        'refused',
        `The credential belongs to a ${idType === 'partner' || idType === 'organization' ? idType : 'dashboard'}, not to a tenant. Make one in the tenant's own Sophos Central.`,
      );
    const dataRegion = settings.dataRegionUrl ?? baseUrl().safeParse(apiHosts.dataRegion).data;
    if (dataRegion === undefined)
      throw new VendorError(
        'bad_answer',
        `${WHO} did not say where the data of the tenant is. Enter the address of the data region.`,
      );
    known = { id, dataRegion };
    return known;
  }

  /** Of the data region. */
  async function ask(
    path: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<OutboundResponse> {
    const { id, dataRegion } = await tenant(signal);
    return get(`${dataRegion}${path}?${new URLSearchParams(query)}`, { 'x-tenant-id': id }, signal);
  }

  return {
    tenant,

    async devices({ page, key }, signal) {
      const askedAt = clock.now();
      const answer = await ask(
        '/mobile/v1/devices',
        { pageSize: String(DEVICES_AT_ONCE), ...(key === undefined ? { page: String(page) } : { pageFromKey: key }) },
        signal,
      );
      if (answer.status === 404)
        throw new VendorError(
          'refused',
          `${WHO} has no Mobile API for this tenant. Is Sophos Mobile part of its licence?`,
        );
      requireSuccess(answer, `${WHO} (devices)`, clock.now());
      const body = jsonOf(answer, WHO);
      const devices = itemsIn(body, 'devices');
      return {
        content: devices,
        takenAt: timeOfAnswer(answer, askedAt, clock.now()),
        next: nextPlace(body, devices.length, { page, key }),
      };
    },

    async serialNumber(deviceId, signal) {
      const answer = await ask(
        `/mobile/v1/devices/${encodeURIComponent(deviceId)}/properties`,
        { devicePropertyKey: SERIAL_NUMBER },
        signal,
      );
      // The device is gone by now.
      if (answer.status === 404) return undefined;
      requireSuccess(answer, `${WHO} (serial numbers)`, clock.now());
      const properties = itemsIn(jsonOf(answer, WHO), 'properties').map(record);
      const found =
        properties.find(({ key }) => key === SERIAL_NUMBER) ?? properties.find(({ key }) => key === undefined);
      return identifier(found?.value);
    },

    async alerts(since, key, signal) {
      const answer = await ask(
        '/common/v1/alerts',
        {
          product: 'mobile',
          from: new Date(since).toISOString(),
          pageSize: String(ALERTS_AT_ONCE),
          ...(key !== undefined && { pageFromKey: key }),
        },
        signal,
      );
      requireSuccess(answer, `${WHO} (alerts)`, clock.now());
      const body = jsonOf(answer, WHO);
      const next = identifierOf(body, 'nextKey');
      return { content: itemsIn(body, 'alerts'), next };
    },

    async events(from, signal) {
      const place: Record<string, string> =
        'cursor' in from ? { cursor: from.cursor } : { from_date: String(Math.floor(from.since / 1000)) };
      const answer = await ask('/siem/v1/events', { limit: String(EVENTS_AT_ONCE), ...place }, signal);
      if ('cursor' in from && (answer.status === 400 || answer.status === 410)) return undefined;
      requireSuccess(answer, `${WHO} (events)`, clock.now());
      const body = jsonOf(answer, WHO);
      const items = itemsIn(body, 'events');
      const cursor = identifier(record(body).next_cursor);
      return { items, cursor, more: record(body).has_more === true && cursor !== undefined && cursor !== place.cursor };
    },
  };
}

/** The envelope of the device list was not seen, so a bare list is taken too. */
function itemsIn(body: unknown, what: string): readonly unknown[] {
  const items = isRecord(body) ? body.items : body;
  if (!Array.isArray(items)) throw new VendorError('bad_answer', `${WHO} gave a list of ${what} that cannot be read.`);
  return items;
}

/** By key where Sophos gives one, else by number until a page is short, empty or the same again. */
function nextPlace(body: unknown, count: number, { page, key }: DevicesPlace): DevicesPlace | undefined {
  const next = identifierOf(body, 'nextKey');
  if (next !== undefined) return { page: page + 1, key: next };
  const { size, total } = record(record(body).pages);
  const last =
    count === 0 ||
    key !== undefined ||
    (typeof size === 'number' && count < size) ||
    (typeof total === 'number' && page >= total);
  return last ? undefined : { page: page + 1 };
}

function identifierOf(body: unknown, name: string): string | undefined {
  const value = record(record(body).pages)[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
