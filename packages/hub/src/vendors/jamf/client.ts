import { decodeJwt } from 'jose';
import { z } from 'zod';
import type { OutboundResponse } from '../../platform/outbound.ts';
import { jsonOf, timeOfAnswer } from '../kit/answer.ts';
import type { FreshToken } from '../kit/bearer-token.ts';
import { BearerToken } from '../kit/bearer-token.ts';
import { PAGE_TIMEOUT_MS, type Page } from '../kit/page-walk.ts';
import type { VendorTools } from '../vendor.ts';
import { asking, requireSuccess, VendorError } from '../kit/vendor-error.ts';
import { isRecord, record } from '../kit/wire-read.ts';
import type { JamfSettings } from './settings.ts';

/** The most that Jamf gives at once. */
export const JAMF_PAGE_SIZE = 100;
/** Jamf allows 5 requests a second; between two of ours there is at least this. */
const PAUSE_MS = 250;
/** Jamf's tokens live this long; their own `exp` is used where it can be read. */
const LIFETIME_MS = 15 * 60_000;
const WHO = 'Jamf';

const loginAnswer = z.object({ token: z.string().min(1) });

export interface DevicesPage extends Page<number> {
  /** The moment (Jamf's clock) whose truth the page is. */
  readonly takenAt: number;
}

export interface JamfClient {
  devices(page: number, signal: AbortSignal, size?: number): Promise<DevicesPage>;
}

/** Risk API, version 2. Reads only: the call that overrides a risk is never made. */
export function createJamfClient(settings: JamfSettings, { http, clock, wait }: VendorTools): JamfClient {
  const token = new BearerToken(clock, login);
  let first = true;

  async function ask(
    address: string,
    headers: Readonly<Record<string, string>>,
    method: 'GET' | 'POST',
    signal: AbortSignal,
  ): Promise<OutboundResponse> {
    if (!first) await wait(PAUSE_MS, signal);
    first = false;
    const answer = await asking(() =>
      http.request(address, {
        method,
        headers: { accept: 'application/json', ...headers },
        signal,
        timeoutMs: PAGE_TIMEOUT_MS,
        maxBytes: 32 * 1024 * 1024,
      }),
    );
    if (answer.status === 429)
      throw new VendorError(
        'rate_limited',
        `${WHO} has had too many requests; at most 5 a second and 10,000 a day.`,
        askedToWaitMs(answer),
      );
    return answer;
  }

  async function login(signal: AbortSignal): Promise<FreshToken> {
    const credentials = Buffer.from(`${settings.applicationId}:${settings.applicationSecret}`).toString('base64');
    const answer = await ask(`${settings.baseUrl}/v1/login`, { authorization: `Basic ${credentials}` }, 'POST', signal);
    if (answer.status === 400 || answer.status === 401 || answer.status === 403) {
      throw new VendorError(
        'refused',
        'Jamf does not accept the application id and secret. They must be those of a Risk API application.',
      );
    }
    requireSuccess(answer, `${WHO} (login)`, clock.now());
    const parsed = loginAnswer.safeParse(jsonOf(answer, WHO));
    if (!parsed.success) throw new VendorError('bad_answer', 'Jamf gave a token in a form that cannot be read.');
    return { token: parsed.data.token, lifetimeMs: lifetimeOf(parsed.data.token, clock.now()) };
  }

  return {
    async devices(page, signal, size = JAMF_PAGE_SIZE) {
      const askedAt = clock.now();
      const address = `${settings.baseUrl}/risk/v2/devices?${new URLSearchParams({ page: String(page), pageSize: String(size) })}`;
      const answer = await token.use(signal, (bearer) =>
        ask(address, { authorization: `Bearer ${bearer}` }, 'GET', signal),
      );
      if (answer.status === 403)
        throw new VendorError('refused', 'Jamf does not let the application read risks. Make a Risk API application.');
      requireSuccess(answer, `${WHO} (devices)`, clock.now());
      const body = jsonOf(answer, WHO);
      const content = isRecord(body) ? body.userDeviceList : undefined;
      if (!Array.isArray(content))
        throw new VendorError('bad_answer', 'Jamf gave a list of devices that cannot be read.');
      return {
        content,
        takenAt: timeOfAnswer(answer, askedAt, clock.now()),
        next: content.length === 0 ? undefined : page + 1,
      };
    },
  };
}

/** Jamf does not use Retry-After. */
function askedToWaitMs({ headers }: OutboundResponse): number | undefined {
  const ms = Number(headers['x-rate-limit-retry-after-milliseconds'] ?? Number.NaN);
  return ms >= 0 ? Math.min(ms, 3_600_000) : undefined;
}

/** From the token's own `exp`. Nobody is trusted by it: the token is Jamf's and goes back to Jamf. */
function lifetimeOf(token: string, now: number): number {
  try {
    const { exp } = record(decodeJwt(token));
    return typeof exp === 'number' ? Math.max(exp * 1000 - now, 1000) : LIFETIME_MS;
  } catch {
    return LIFETIME_MS;
  }
}
