import { z } from 'zod';
import { jsonOf } from '../kit/answer.ts';
import { clientCredentialsToken } from '../kit/client-credentials.ts';
import type { VendorTools } from '../vendor.ts';
import { asking, requireSuccess, VendorError } from '../kit/vendor-error.ts';
import type { SharedSignalsSettings } from './settings.ts';
import type { SetError } from './verify-set.ts';

/** A transmitter that has nothing may hold its answer back this long (RFC 8936, section 2.4: long polling). */
const PATIENCE_MS = 100_000;
const MAX_BYTES = 16 * 1024 * 1024;

/** RFC 8936, section 2.3. */
const pollAnswer = z.looseObject({
  sets: z.record(z.string(), z.string()).optional(),
  moreAvailable: z.boolean().optional(),
});

export interface PollRequest {
  /** 0: only acknowledge. */
  readonly maxEvents: number;
  readonly returnImmediately: boolean;
  readonly ack: readonly string[];
  readonly setErrs: Readonly<Record<string, { readonly err: SetError; readonly description: string }>>;
}

export interface PollAnswer {
  /** By jti. */
  readonly sets: ReadonlyMap<string, string>;
  readonly more: boolean;
}

export interface PollClient {
  poll(request: PollRequest, signal: AbortSignal): Promise<PollAnswer>;
}

/** `undefined` where the settings name nothing to poll. */
export function createPollClient(
  settings: SharedSignalsSettings,
  tools: Pick<VendorTools, 'http' | 'clock'>,
): PollClient | undefined {
  const { pollUrl } = settings;
  if (pollUrl === undefined) return undefined;
  const { http, clock } = tools;
  const authorized = authorization(settings, tools);
  return {
    async poll({ maxEvents, returnImmediately, ack, setErrs }, signal) {
      const refuses = Object.keys(setErrs).length > 0;
      const body = JSON.stringify({
        maxEvents,
        returnImmediately,
        ...(ack.length > 0 && { ack }),
        ...(refuses && { setErrs }),
      });
      const answer = await authorized(signal, (value) =>
        asking(() =>
          http.request(pollUrl, {
            method: 'POST',
            // RFC 8936, section 2.6: in which language the refusals are described.
            headers: {
              'content-type': 'application/json',
              accept: 'application/json',
              authorization: value,
              ...(refuses && { 'content-language': 'en' }),
            },
            body,
            signal,
            timeoutMs: PATIENCE_MS,
            maxBytes: MAX_BYTES,
          }),
        ),
      );
      if (answer.status === 401 || answer.status === 403)
        throw new VendorError('refused', 'The transmitter does not let us poll: the authorization is not accepted.');
      requireSuccess(answer, 'The transmitter (poll)', clock.now());
      const parsed = pollAnswer.safeParse(answer.body.byteLength === 0 ? {} : jsonOf(answer, 'The transmitter'));
      if (!parsed.success)
        throw new VendorError('bad_answer', 'The transmitter answered the poll in a form that cannot be read.');
      const { sets = {}, moreAvailable = false } = parsed.data;
      return { sets: new Map(Object.entries(sets)), more: moreAvailable };
    },
  };
}

type Authorized = <T extends { readonly status: number }>(
  signal: AbortSignal,
  call: (value: string) => Promise<T>,
) => Promise<T>;

function authorization(
  { pollAuthorization, tokenUrl, clientId, clientSecret, scope }: SharedSignalsSettings,
  tools: Pick<VendorTools, 'http' | 'clock'>,
): Authorized {
  if (tokenUrl === undefined || clientId === undefined || clientSecret === undefined)
    return (_signal, call) => call(pollAuthorization ?? '');
  const token = clientCredentialsToken({ who: 'The transmitter', tokenUrl, clientId, clientSecret, scope }, tools);
  return (signal, call) => token.use(signal, (bearer) => call(`Bearer ${bearer}`));
}
