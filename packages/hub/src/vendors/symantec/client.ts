import { z } from 'zod';
import { jsonOf, timeOfAnswer } from '../kit/answer.ts';
import { BearerToken } from '../kit/bearer-token.ts';
import { PAGE_TIMEOUT_MS, type Page } from '../kit/page-walk.ts';
import type { VendorTools } from '../vendor.ts';
import { asking, requireSuccess, VendorError } from '../kit/vendor-error.ts';
import { isRecord } from '../kit/wire-read.ts';

export interface SesCredentials {
  readonly apiUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().optional().catch(undefined),
});

/** A page is named by the number of devices before it. */
export interface SesPage extends Page<number> {
  /** The moment (the vendor's clock) whose truth it is. */
  readonly takenAt: number;
  /** How many devices there are, where the vendor tells. */
  readonly total: number | undefined;
}

export interface SesClient {
  /** Mobile devices from the given place in the list on. How many come at once is the vendor's to say. */
  mobileDevices(offset: number, signal: AbortSignal): Promise<SesPage>;
}

/** The API of Symantec Endpoint Security's cloud console. */
export function createSesClient(
  { apiUrl, clientId, clientSecret }: SesCredentials,
  { http, clock }: VendorTools,
): SesClient {
  const token = new BearerToken(clock, async (signal) => {
    const answer = await asking(() =>
      http.request(`${apiUrl}/v1/oauth2/tokens`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`, 'utf8').toString('base64')}`,
          accept: 'application/json',
        },
        body: '',
        signal,
      }),
    );
    if ([400, 401, 403].includes(answer.status)) {
      throw new VendorError(
        'refused',
        'Symantec does not accept the client application. Check its id, its secret and the address of your region.',
      );
    }
    requireSuccess(answer, 'Symantec (token)', clock.now());
    const parsed = tokenAnswer.safeParse(jsonOf(answer, 'Symantec'));
    if (!parsed.success) throw new VendorError('bad_answer', 'Symantec gave a token in a form that cannot be read.');
    const { access_token, expires_in } = parsed.data;
    return { token: access_token, lifetimeMs: expires_in === undefined ? undefined : expires_in * 1000 };
  });

  return {
    async mobileDevices(offset, signal) {
      const askedAt = clock.now();
      const query = new URLSearchParams({ device_type: 'MOBILE', offset: String(offset) });
      const answer = await token.use(signal, (bearer) =>
        asking(() =>
          http.request(`${apiUrl}/v1/devices?${query}`, {
            headers: { authorization: `Bearer ${bearer}`, accept: 'application/json' },
            signal,
            timeoutMs: PAGE_TIMEOUT_MS,
            maxBytes: 64 * 1024 * 1024,
          }),
        ),
      );
      requireSuccess(answer, 'Symantec (devices)', clock.now());
      const body = jsonOf(answer, 'Symantec');
      if (!isRecord(body) || !Array.isArray(body.devices))
        throw new VendorError('bad_answer', 'Symantec gave a list of devices that cannot be read.');
      const { devices, total } = body;
      const end = offset + devices.length;
      const isLast = devices.length === 0 || (typeof total === 'number' && end >= total);
      return {
        content: devices,
        takenAt: timeOfAnswer(answer, askedAt, clock.now()),
        next: isLast ? undefined : end,
        total: typeof total === 'number' ? total : undefined,
      };
    },
  };
}
