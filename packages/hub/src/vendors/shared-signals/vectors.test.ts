import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Outbound } from '../../platform/outbound.ts';
import { createOutbound } from '../../platform/outbound.ts';
import { type Asked, sendJson, VendorServer } from '@sallyport/simulators/vendor-server';
import { sample } from '@sallyport/simulators/samples';
import { normaliseSharedSignals } from './normalise.ts';
import { sharedSignalsSettings } from './settings.ts';
import { createSetVerifier, SetRefused } from './verify-set.ts';

interface Vector {
  readonly name: string;
  readonly set: string;
  readonly expect: 'accept' | 'reject' | 'either' | 'accept_if_compat_enabled_else_reject';
  readonly err?: readonly string[];
  readonly content_type?: string;
  readonly effect?: {
    readonly device?: string;
    readonly risk?: string;
    readonly compliant?: boolean;
    readonly sessions?: string;
  };
}

const file = JSON.parse(sample('shared-signals/set.vectors.json')) as {
  iss: string;
  aud: string;
  stream_id: string;
  now: number;
  jwks: object;
  push: { authorization_header: string };
  vectors: readonly Vector[];
};

class KeysServer extends VendorServer {
  protected answer(_asked: Asked, response: ServerResponse): void {
    sendJson(response, 200, file.jwks);
  }
}

let keys: KeysServer;
let http: Outbound;

beforeAll(async () => {
  keys = new KeysServer();
  await keys.listen();
  http = createOutbound({ allow: ['127.0.0.1'] });
});
afterAll(async () => {
  http.close();
  await keys.close();
});

function settings(more: object = {}) {
  return sharedSignalsSettings.parse({
    issuer: file.iss,
    audience: file.aud,
    streamId: file.stream_id,
    jwksUrl: `${keys.url}/keys`,
    pushAuthorization: file.push.authorization_header,
    ...more,
  });
}

/** What becomes of a vector: the effect, or the code of the refusal. */
async function judge({ set }: Vector, more: object = {}) {
  const told = settings(more);
  const verifier = createSetVerifier(told, { http, clock: { now: () => file.now * 1000 } });
  try {
    const { record } = await verifier.verify(set);
    return { signal: record && normaliseSharedSignals(record, 'connector', 0, told)[0] };
  } catch (error) {
    if (error instanceof SetRefused) return { err: error.err };
    throw error;
  }
}

/** Its name says that previous_status is missing; the signed token holds it, so there is nothing to refuse. `verify-set.test.ts` has one without. */
const MISLABELLED = 'previous_status missing';

describe('the vectors', () => {
  const judged = file.vectors.filter(({ name, content_type }) => name !== MISLABELLED && content_type === undefined);

  test.each(judged.map((vector) => [vector.name, vector] as const))('%s', async (_, vector) => {
    const { err, signal } = (await judge(vector)) as {
      err?: string;
      signal?: ReturnType<typeof normaliseSharedSignals>[number];
    };
    if (vector.expect === 'reject') expect(vector.err).toContain(err);
    else expect(err).toBeUndefined();
    const { device, risk, compliant, sessions } = vector.effect ?? {};
    if (device !== undefined) expect(signal?.keys).toContainEqual({ type: 'vendorDeviceId', value: device });
    if (risk !== undefined)
      expect(signal?.findings).toMatchObject([{ id: 'device-risk', state: 'open', severity: risk }]);
    if (compliant !== undefined)
      expect(signal?.findings).toMatchObject([{ id: 'device-compliance', state: compliant ? 'resolved' : 'open' }]);
    if (sessions !== undefined)
      expect(signal?.findings).toMatchObject([{ type: 'SESSION_REVOKED', state: 'resolved' }]);
    if (vector.effect !== undefined && Object.keys(vector.effect).length === 0 && !vector.name.startsWith('same jti'))
      expect(signal).toBeUndefined();
  });

  test("with Okta's form are refused where only SSF 1.0 is wanted", async () => {
    const okta = file.vectors.find(({ expect: wanted }) => wanted === 'accept_if_compat_enabled_else_reject') as Vector;
    expect(await judge(okta, { acceptSubjectInEvent: false })).toEqual({ err: 'invalid_request' });
    expect((await judge(okta)).signal).toMatchObject({
      keys: [{ type: 'vendorDeviceId', value: 'dev-0001' }, { type: 'email' }],
      findings: [{ severity: 'high' }],
    });
  });

  test('are all there, and one is not what it says', async () => {
    expect(file.vectors).toHaveLength(30);
    const mislabelled = file.vectors.find(({ name }) => name === MISLABELLED) as Vector;
    const [, payload = ''] = mislabelled.set.split('.');
    expect(Buffer.from(payload, 'base64url').toString()).toContain('"previous_status":"compliant"');
    expect((await judge(mislabelled)).signal?.findings).toMatchObject([{ id: 'device-compliance', state: 'open' }]);
  });
});
