import { z } from 'zod';
import type { OutboundResponse, OutboundStream } from '../../platform/outbound.ts';
import { jsonOf, timeOfAnswer } from '../kit/answer.ts';
import { BearerToken } from '../kit/bearer-token.ts';
import { PAGE_TIMEOUT_MS, type Page } from '../kit/page-walk.ts';
import { RequestBudget } from '../kit/request-budget.ts';
import type { SseEvent } from '../kit/sse.ts';
import { sseEvents, SseTooLarge } from '../kit/sse.ts';
import type { VendorTools } from '../vendor.ts';
import { asVendorError, asking, requireSuccess, VendorError } from '../kit/vendor-error.ts';
import { identifier, isRecord, records } from '../kit/wire-read.ts';
import type { LookoutSettings } from './settings.ts';

/** The most that Lookout gives at once. */
const PAGE_SIZE = 1000;
/** Lookout allows 100 a minute; the rest is for other clients of the same tenant. */
const REQUESTS_A_MINUTE = 90;
/** The stream sends a heartbeat every 5 seconds (Lookout's page); twelve that are missing mean that the connection is dead. */
const SILENCE_MS = 60_000;
const EVENT_TYPES = 'DEVICE,THREAT,SMISHING_ALERT';

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().optional().catch(undefined),
});

/** One page of the devices, with the moment (Lookout's clock) whose truth it is. */
export interface DevicesPage extends Page<string | undefined> {
  readonly takenAt: number;
}

export interface LookoutClient {
  devices(after: string | undefined, limit: number, signal: AbortSignal): Promise<DevicesPage>;
  /** One device by Lookout's id; `undefined` when there is none. */
  device(guid: string, signal: AbortSignal): Promise<unknown>;
  /** The stream after an event, or from a time on. `undefined`: Lookout no longer knows that event. */
  events(
    from: { readonly after: string } | { readonly since: number },
    signal: AbortSignal,
  ): Promise<AsyncIterable<SseEvent> | undefined>;
}

export const LOOKOUT_PAGE_SIZE = PAGE_SIZE;

/** Mobile Risk API, version 2. */
export function createLookoutClient(settings: LookoutSettings, { http, clock, wait }: VendorTools): LookoutClient {
  const budget = new RequestBudget(REQUESTS_A_MINUTE, { clock, wait });
  const token = new BearerToken(clock, (signal) => requestToken(signal));

  async function requestToken(signal: AbortSignal) {
    await budget.spend(signal);
    const answer = await asking(() =>
      http.request(`${settings.baseUrl}/oauth2/token`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${settings.applicationKey}`,
          accept: 'application/json',
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: 'grant_type=client_credentials',
        signal,
      }),
    );
    if (answer.status === 400 || answer.status === 401 || answer.status === 403) {
      throw new VendorError(
        'refused',
        'Lookout does not accept the application key. Make a new one in its console and enter it here.',
      );
    }
    requireSuccess(answer, 'Lookout (token)', clock.now());
    const parsed = tokenAnswer.safeParse(jsonOf(answer, 'Lookout'));
    if (!parsed.success) throw new VendorError('bad_answer', 'Lookout gave a token in a form that cannot be read.');
    const { access_token, expires_in } = parsed.data;
    return { token: access_token, lifetimeMs: expires_in === undefined ? undefined : expires_in * 1000 };
  }

  async function get(
    path: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<OutboundResponse> {
    return token.use(signal, async (bearer) => {
      await budget.spend(signal);
      return asking(() =>
        http.request(`${settings.baseUrl}${path}?${new URLSearchParams(query)}`, {
          headers: { authorization: `Bearer ${bearer}`, accept: 'application/json' },
          signal,
          timeoutMs: PAGE_TIMEOUT_MS,
          maxBytes: 64 * 1024 * 1024,
        }),
      );
    });
  }

  return {
    async devices(after, limit, signal) {
      const askedAt = clock.now();
      const answer = await get(
        '/mra/api/v2/devices',
        { limit: String(limit), ...(after !== undefined && { oid: after }) },
        signal,
      );
      requireSuccess(answer, 'Lookout (devices)', clock.now());
      const body = jsonOf(answer, 'Lookout');
      if (!isRecord(body) || !Array.isArray(body.devices))
        throw new VendorError('bad_answer', 'Lookout gave a list of devices that cannot be read.');
      const last = identifier(records(body.devices).at(-1)?.oid);
      return {
        content: body.devices,
        takenAt: timeOfAnswer(answer, askedAt, clock.now()),
        next: body.devices.length < limit || last === after ? undefined : last,
      };
    },

    async device(guid, signal) {
      const answer = await get('/mra/api/v2/device', { guid }, signal);
      if (answer.status === 404) return undefined;
      requireSuccess(answer, 'Lookout (device)', clock.now());
      const body = jsonOf(answer, 'Lookout');
      if (!isRecord(body)) return undefined;
      return isRecord(body.device) ? body.device : body;
    },

    async events(from, signal) {
      const resume = 'after' in from;
      const query = resume
        ? { [settings.resumeParameter]: from.after }
        : { start_time: new Date(from.since).toISOString() };
      const answer = await token.use(signal, async (bearer) => {
        await budget.spend(signal);
        const opened = await asking(() =>
          http.stream(
            `${settings.baseUrl}/mra/stream/v2/events?${new URLSearchParams({ type: EVENT_TYPES, ...query })}`,
            {
              headers: {
                authorization: `Bearer ${bearer}`,
                accept: 'text/event-stream',
                'cache-control': 'no-cache',
                ...(resume && { 'last-event-id': from.after }),
              },
              idleTimeoutMs: SILENCE_MS,
              signal,
            },
          ),
        );
        if (opened.status !== 200 || !isStream(opened)) await letGo(opened.chunks);
        return opened;
      });
      if (resume && [400, 404, 410].includes(answer.status)) return undefined;
      requireSuccess(answer, 'Lookout (event stream)', clock.now());
      if (!isStream(answer))
        throw new VendorError(
          'bad_answer',
          'Lookout gave something else in place of its event stream. Check the address, and whether a proxy stands in between.',
        );
      return readable(sseEvents(answer.chunks));
    },
  };
}

/** A page of a proxy holds no events and ends at once; followed as a stream, it would be asked for without end. */
function isStream({ headers }: Pick<OutboundStream, 'headers'>): boolean {
  return /^text\/event-stream\b/i.test(headers['content-type'] ?? 'text/event-stream');
}

/** An answer that nobody reads would keep its connection. */
async function letGo(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const _ of chunks) break;
  } catch {
    // It is gone either way.
  }
}

async function* readable(events: AsyncIterable<SseEvent>): AsyncGenerator<SseEvent> {
  try {
    yield* events;
  } catch (error) {
    throw error instanceof SseTooLarge
      ? new VendorError('bad_answer', `Lookout: ${error.message}`)
      : asVendorError(error);
  }
}
