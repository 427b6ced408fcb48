import type { OutboundResponse } from '../../platform/outbound.ts';
import { jsonOf, timeOfAnswer } from '../kit/answer.ts';
import { PAGE_TIMEOUT_MS } from '../kit/page-walk.ts';
import type { DevicesPage } from '../kit/read-whole.ts';
import { RequestBudget } from '../kit/request-budget.ts';
import type { VendorTools } from '../vendor.ts';
import { asking, requireSuccess, VendorError } from '../kit/vendor-error.ts';
import { isRecord } from '../kit/wire-read.ts';
import { withoutSecrets } from './drop-secrets.ts';
import type { PradeoApi } from './settings.ts';

/** The most that Pradeo gives at once. */
const PAGE_SIZE = 500;
/** Pradeo allows 1,000 a minute; the rest is for other clients of the same keys. */
const REQUESTS_A_MINUTE = 600;
const WHO = 'Pradeo';

export interface PradeoClient {
  /** Devices from the given number on. */
  devices(skip: number, signal: AbortSignal, take?: number): Promise<DevicesPage<number>>;
}

/** Pradeo's REST API, version 2 (api.docs.pradeo.io): two keys in headers, pages by `take` and `skip`, `total` beside `items`. */
export function createPradeoClient({ apiUrl, accessKey, secretKey }: PradeoApi, tools: VendorTools): PradeoClient {
  const { http, clock } = tools;
  const budget = new RequestBudget(REQUESTS_A_MINUTE, tools);

  async function get(address: string, signal: AbortSignal): Promise<OutboundResponse> {
    await budget.spend(signal);
    const headers = { 'x-access-key': accessKey, 'x-secret-key': secretKey, accept: 'application/json' };
    return asking(() =>
      http.request(address, { headers, signal, timeoutMs: PAGE_TIMEOUT_MS, maxBytes: 32 * 1024 * 1024 }),
    );
  }

  return {
    async devices(skip, signal, take = PAGE_SIZE) {
      const askedAt = clock.now();
      const answer = await get(
        `${apiUrl}/v2/devices?${new URLSearchParams({ take: String(take), skip: String(skip) })}`,
        signal,
      );
      if (answer.status === 401 || answer.status === 403) {
        throw new VendorError(
          'refused',
          `${WHO} does not accept the access key and the secret key, or does not let them read devices. The secret key belongs to a user and ends when a new one is made.`,
        );
      }
      requireSuccess(answer, `${WHO} (devices)`, clock.now());
      const body = jsonOf(answer, WHO);
      const items = isRecord(body) ? body.items : body;
      if (!Array.isArray(items))
        throw new VendorError('bad_answer', `${WHO} gave a list of devices that cannot be read.`);
      const total = isRecord(body) && typeof body.total === 'number' ? body.total : undefined;
      return {
        content: items.map((item: unknown) => withoutSecrets(item)),
        takenAt: timeOfAnswer(answer, askedAt, clock.now()),
        total,
        next: nextPage(skip, items.length, total),
      };
    },
  };
}

/** Up to the number of devices that there are where Pradeo says it; otherwise until a page is empty, or the same again. */
function nextPage(skip: number, count: number, total: number | undefined): number | undefined {
  const seen = skip + count;
  return count > 0 && (total === undefined || seen < total) ? seen : undefined;
}
