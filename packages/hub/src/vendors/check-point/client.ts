import { z } from 'zod';
import type { OutboundResponse } from '../../platform/outbound.ts';
import { jsonOf, timeOfAnswer } from '../kit/answer.ts';
import { BearerToken } from '../kit/bearer-token.ts';
import { PAGE_TIMEOUT_MS, type Page } from '../kit/page-walk.ts';
import { RequestBudget } from '../kit/request-budget.ts';
import type { VendorTools } from '../vendor.ts';
import { asking, requireSuccess, VendorError } from '../kit/vendor-error.ts';
import { isRecord, record } from '../kit/wire-read.ts';
import type { CheckPointSettings } from './settings.ts';

/** As known clients do; what the vendor allows was not found. */
const REQUESTS_A_MINUTE = 60;
const PAGE_SIZE = 100;
/** Paths in `meta.next` count from here. */
const SERVICE = '/app/SBM';
const DEVICES = '/external_api/v1/device_status/';
const ALERTS = '/external_api/v3/alert/';

const tokenAnswer = z.object({
  success: z.literal(true),
  data: z.object({ token: z.string().min(1), expiresIn: z.coerce.number().positive().optional().catch(undefined) }),
});

/** A page is named by its path and query. */
export interface CheckPointPage extends Page<string> {
  /** The moment (the vendor's clock) whose truth it is. */
  readonly takenAt: number;
  /** How many records the whole list has, where the vendor tells. */
  readonly total: number | undefined;
}

export interface CheckPointClient {
  page(path: string, signal: AbortSignal): Promise<CheckPointPage>;
}

/** The first page of all devices. */
export function devicesPath(limit = PAGE_SIZE): string {
  return `${DEVICES}?limit=${limit}&offset=0`;
}

/** The first page of the alerts that changed at an instant or later. */
export function alertsPath(since: number): string {
  return `${ALERTS}?${new URLSearchParams({ backend_last_updated__gte: microseconds(since), limit: String(PAGE_SIZE), offset: '0' })}`;
}

/** Harmony Mobile's external API behind the Infinity Portal. */
export function createCheckPointClient(
  { gatewayUrl, clientId, accessKey }: CheckPointSettings,
  { http, clock, wait }: VendorTools,
): CheckPointClient {
  const budget = new RequestBudget(REQUESTS_A_MINUTE, { clock, wait });
  const token = new BearerToken(clock, async (signal) => {
    await budget.spend(signal);
    const answer = await asking(() =>
      http.request(`${gatewayUrl}/auth/external`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ clientId, accessKey }),
        signal,
      }),
    );
    const refused = new VendorError(
      'refused',
      'Check Point does not accept the API key. Make a new one in the Infinity Portal for the service Harmony Mobile and enter it here.',
    );
    if ([400, 401, 403].includes(answer.status)) throw refused;
    requireSuccess(answer, 'Check Point (login)', clock.now());
    const body = jsonOf(answer, 'Check Point');
    if (record(body).success === false) throw refused;
    const parsed = tokenAnswer.safeParse(body);
    if (!parsed.success) throw new VendorError('bad_answer', 'Check Point gave a token in a form that cannot be read.');
    const { token: fresh, expiresIn } = parsed.data.data;
    return { token: fresh, lifetimeMs: expiresIn === undefined ? undefined : expiresIn * 1000 };
  });

  return {
    async page(path, signal) {
      const askedAt = clock.now();
      const { answer } = await token.use(signal, async (bearer) => {
        await budget.spend(signal);
        const found = await asking(() =>
          http.request(`${gatewayUrl}${SERVICE}${path}`, {
            headers: { authorization: `Bearer ${bearer}`, accept: 'application/json' },
            signal,
            timeoutMs: PAGE_TIMEOUT_MS,
            maxBytes: 64 * 1024 * 1024,
          }),
        );
        return { status: tokenIsOver(found) ? 401 : found.status, answer: found };
      });
      if (tokenIsOver(answer))
        throw new VendorError('refused', 'Check Point does not accept the token that it has just given.');
      requireSuccess(answer, 'Check Point', clock.now());
      const body = jsonOf(answer, 'Check Point');
      if (!isRecord(body) || !Array.isArray(body.objects))
        throw new VendorError('bad_answer', 'Check Point gave a list that cannot be read.');
      const { next, total_count: total } = record(body.meta);
      return {
        content: body.objects,
        takenAt: timeOfAnswer(answer, askedAt, clock.now()),
        next: nextOf(relative(next, gatewayUrl), path, body.objects.length),
        total: typeof total === 'number' ? total : undefined,
      };
    },
  };
}

/** A token that ran out is answered with 200 and `{"success": false, "forceLogout": true, ...}`. */
function tokenIsOver(answer: OutboundResponse): boolean {
  if (answer.status !== 200 || answer.body.byteLength > 4096) return false;
  try {
    const body = record(answer.json());
    return body.success === false && !('objects' in body);
  } catch {
    return false;
  }
}

/** The vendor writes a path below the service; taken as well is the same as a path or an address in full. */
function relative(next: unknown, gatewayUrl: string): unknown {
  if (typeof next !== 'string') return next;
  const path = next.startsWith(`${gatewayUrl}/`) ? next.slice(gatewayUrl.length) : next;
  return path.startsWith(`${SERVICE}/`) ? path.slice(SERVICE.length) : path;
}

/** Only ever a page of the same list, so that an answer cannot send our token elsewhere; ends where it leads in a circle. */
function nextOf(next: unknown, path: string, found: number): string | undefined {
  if (next === null || next === undefined || next === '' || found === 0) return undefined;
  const list = path.slice(0, path.indexOf('?') + 1);
  if (typeof next !== 'string' || !next.startsWith(list) || !/^[\x21\x22\x24-\x7e]+$/.test(next)) {
    throw new VendorError('bad_answer', 'Check Point named a next page that is not of the same list.');
  }
  return offsetOf(next) <= offsetOf(path) ? undefined : next;
}

function offsetOf(path: string): number {
  return Number(new URLSearchParams(path.slice(path.indexOf('?') + 1)).get('offset') ?? 0);
}

/** `YYYY-MM-DDTHH:MM:SS.ffffffZ`. */
function microseconds(at: number): string {
  return new Date(at).toISOString().replace('Z', '000Z');
}
