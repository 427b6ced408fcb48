import { z } from 'zod';
import { jsonOf, timeOfAnswer } from '../kit/answer.ts';
import { BearerToken } from '../kit/bearer-token.ts';
import { PAGE_TIMEOUT_MS, type Page } from '../kit/page-walk.ts';
import type { VendorTools } from '../vendor.ts';
import { asking, requireSuccess, VendorError } from '../kit/vendor-error.ts';
import { isRecord } from '../kit/wire-read.ts';

export interface ZimperiumCredentials {
  readonly consoleUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

const PAGE_SIZE = 500;

const loginAnswer = z.object({
  accessToken: z.string().min(1),
  expiresIn: z.coerce.number().positive().optional().catch(undefined),
});

export interface ZimperiumPage extends Page<number> {
  /** The moment (Zimperium's clock) whose truth the page is. */
  readonly takenAt: number;
}

export interface ZimperiumClient {
  devices(page: number, signal: AbortSignal, size?: number): Promise<ZimperiumPage>;
  /** Threats after an instant, oldest first. */
  threats(after: number, page: number, signal: AbortSignal): Promise<ZimperiumPage>;
}

/** zConsole's REST API, version 2. */
export function createZimperiumClient(
  { consoleUrl, clientId, clientSecret }: ZimperiumCredentials,
  { http, clock }: VendorTools,
): ZimperiumClient {
  const token = new BearerToken(clock, async (signal) => {
    const answer = await asking(() =>
      http.request(`${consoleUrl}/auth/v1/api_keys/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ clientId, secret: clientSecret }),
        signal,
      }),
    );
    if (answer.status === 400 || answer.status === 401 || answer.status === 403) {
      throw new VendorError(
        'refused',
        'Zimperium does not accept the API key. Make a new one in zConsole and enter it here.',
      );
    }
    requireSuccess(answer, 'Zimperium (login)', clock.now());
    const parsed = loginAnswer.safeParse(jsonOf(answer, 'Zimperium'));
    if (!parsed.success) throw new VendorError('bad_answer', 'Zimperium gave a token in a form that cannot be read.');
    const { accessToken, expiresIn } = parsed.data;
    return { token: accessToken, lifetimeMs: expiresIn === undefined ? undefined : expiresIn * 1000 };
  });

  async function page(
    path: string,
    what: string,
    number: number,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<ZimperiumPage> {
    const askedAt = clock.now();
    const answer = await token.use(signal, (bearer) =>
      asking(() =>
        http.request(`${consoleUrl}${path}?${new URLSearchParams({ page: String(number), ...query })}`, {
          headers: { authorization: `Bearer ${bearer}`, accept: 'application/json' },
          signal,
          timeoutMs: PAGE_TIMEOUT_MS,
          maxBytes: 64 * 1024 * 1024,
        }),
      ),
    );
    requireSuccess(answer, `Zimperium (${what})`, clock.now());
    const body = jsonOf(answer, 'Zimperium');
    if (!isRecord(body) || !Array.isArray(body.content))
      throw new VendorError('bad_answer', `Zimperium gave a list of ${what} that cannot be read.`);
    // The envelope's own `empty` was wrong in a real answer, and its totals change while we read.
    return {
      content: body.content,
      takenAt: timeOfAnswer(answer, askedAt, clock.now()),
      next: body.content.length === 0 ? undefined : number + 1,
    };
  }

  return {
    devices: (number, signal, size = PAGE_SIZE) =>
      page('/devices/public/v2/devices/start-scroll', 'devices', number, { size: String(size) }, signal),
    threats: (after, number, signal) =>
      page(
        '/threats/public/v1/threats',
        'threats',
        number,
        { module: 'ZIPS', after: microseconds(after), size: String(PAGE_SIZE), sort: 'timestamp,asc' },
        signal,
      ),
  };
}

/** `YYYY-MM-DDTHH:MM:SS.ffffffZ`. */
function microseconds(at: number): string {
  return new Date(at).toISOString().replace('Z', '000Z');
}
