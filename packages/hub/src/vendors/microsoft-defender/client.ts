import type { OutboundResponse } from '../../platform/outbound.ts';
import { jsonOf, timeOfAnswer } from '../kit/answer.ts';
import { clientCredentialsToken } from '../kit/client-credentials.ts';
import { PAGE_TIMEOUT_MS, type Page } from '../kit/page-walk.ts';
import { RequestBudget } from '../kit/request-budget.ts';
import type { VendorTools } from '../vendor.ts';
import { asking, requireSuccess, VendorError } from '../kit/vendor-error.ts';
import { isRecord } from '../kit/wire-read.ts';
import type { DefenderSettings } from './settings.ts';

/** The most that Defender gives at once. */
const PAGE_SIZE = 10_000;
/** Defender allows 100 a minute and 1,500 an hour; the rest is for other clients of the same application. */
const REQUESTS_A_MINUTE = 80;
const WHO = 'Microsoft Defender';
const MOBILE = "osPlatform eq 'Android' or osPlatform eq 'iOS'";

export interface MachinesPage extends Page<string> {
  /** How the next page is known: Defender named it, or this one is full and it is asked for by the number of machines before it. */
  readonly nextBy: 'link' | 'number';
  /** The moment (Microsoft's clock) whose truth the page is. */
  readonly takenAt: number;
}

export interface DefenderClient {
  /** The address of the first page. */
  firstPage(size?: number): string;
  machines(address: string, signal: AbortSignal): Promise<MachinesPage>;
}

export function createDefenderClient(settings: DefenderSettings, tools: VendorTools): DefenderClient {
  const { http, clock } = tools;
  const list = `${settings.baseUrl}/api/machines`;
  const budget = new RequestBudget(REQUESTS_A_MINUTE, tools);
  const token = clientCredentialsToken(
    {
      who: 'Microsoft Entra',
      tokenUrl: `${settings.authorityUrl}/${settings.tenantId}/oauth2/v2.0/token`,
      clientId: settings.clientId,
      clientSecret: settings.clientSecret,
      scope: settings.scope,
    },
    tools,
  );

  async function get(address: string, signal: AbortSignal): Promise<OutboundResponse> {
    return token.use(signal, async (bearer) => {
      await budget.spend(signal);
      return asking(() =>
        http.request(address, {
          headers: { authorization: `Bearer ${bearer}`, accept: 'application/json' },
          signal,
          timeoutMs: PAGE_TIMEOUT_MS,
          maxBytes: 128 * 1024 * 1024,
        }),
      );
    });
  }

  return {
    firstPage(size = PAGE_SIZE) {
      return `${list}?${new URLSearchParams({ ...(settings.platforms === 'mobile' && { $filter: MOBILE }), $top: String(size) })}`;
    },

    async machines(address, signal) {
      const askedAt = clock.now();
      const answer = await get(address, signal);
      const takenAt = timeOfAnswer(answer, askedAt, clock.now());
      if (answer.status === 404) return { content: [], takenAt, next: undefined, nextBy: 'link' };
      if (answer.status === 403)
        throw new VendorError(
          'refused',
          `${WHO} does not let the application read devices. Give it Machine.Read.All with the consent of an administrator.`,
        );
      requireSuccess(answer, `${WHO} (devices)`, clock.now());
      const body = jsonOf(answer, WHO);
      if (!isRecord(body) || !Array.isArray(body.value))
        throw new VendorError('bad_answer', `${WHO} gave a list of devices that cannot be read.`);
      const link = nextPage(body['@odata.nextLink'], list);
      return {
        content: body.value,
        takenAt,
        next: link ?? pageAfterFull(address, body.value.length),
        nextBy: link === undefined ? 'number' : 'link',
      };
    },
  };
}

/** With `$top`, Defender names no next page: after a full one the list goes on at `$skip`. A short one is the last. */
function pageAfterFull(address: string, count: number): string | undefined {
  const next = new URL(address);
  const of = (name: string, otherwise: number): number => Number(next.searchParams.get(name) ?? otherwise);
  if (count < of('$top', PAGE_SIZE) || next.searchParams.has('$skiptoken')) return undefined;
  next.searchParams.set('$skip', String(of('$skip', 0) + count));
  return next.href;
}

/** A link to anywhere but the same list would carry our token there. */
function nextPage(link: unknown, list: string): string | undefined {
  if (link === null || link === undefined) return undefined;
  const next = typeof link === 'string' && URL.canParse(link) ? new URL(link) : undefined;
  const expected = new URL(list);
  if (
    next === undefined ||
    next.origin !== expected.origin ||
    next.pathname !== expected.pathname ||
    next.username !== '' ||
    next.password !== ''
  ) {
    throw new VendorError('bad_answer', `${WHO} gave a next page at another address.`);
  }
  return next.href;
}
