import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Clock } from '../../platform/clock.ts';
import type { Outbound } from '../../platform/outbound.ts';
import { hashOfSecret, secretMatches } from '../../platform/secrets.ts';
import { StoreBusy } from '../../store/store.ts';
import { sharedSignals } from '../../vendors/shared-signals/index.ts';
import { verifierOf } from '../../vendors/shared-signals/verifiers.ts';
import type { SetError, VerifiedSet } from '../../vendors/shared-signals/verify-set.ts';
import { SetRefused } from '../../vendors/shared-signals/verify-set.ts';
import { VendorError } from '../../vendors/kit/vendor-error.ts';
import type { IntakeRunner } from '../links/intake-runner.ts';
import type { LinkRuntime } from '../links/link-runtime.ts';

const BODY_LIMIT = 256 * 1024;
const SET_TYPE = 'application/secevent+jwt';
/** Where the transmitter's keys cannot be had, or the store is busy without saying for how long. */
const RETRY_SECONDS = 30;

const params = z.object({ connectorId: z.string() });
const refusal = z.object({
  err: z.enum(['invalid_request', 'invalid_key', 'invalid_issuer', 'invalid_audience', 'authentication_failed']),
  description: z.string(),
});

export interface SsfPushDependencies {
  readonly runner: IntakeRunner;
  readonly http: Outbound;
  readonly clock: Clock;
}

/** Where transmitters of OpenID Shared Signals push, one token a request (RFC 8935). */
export function ssfPushRoutes({ runner, http, clock }: SsfPushDependencies): FastifyPluginAsync {
  const tools = { http, clock };
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(SET_TYPE, { parseAs: 'string' }, (_request, body, done) => {
      done(null, body);
    });
    app.addContentTypeParser('*', (_request, _payload, done) => {
      done(new SetRefused('invalid_request', `The body must be of the type ${SET_TYPE}.`));
    });
    app.setErrorHandler(answerRefusal);
    app.post(
      '/intake/:connectorId/ssf',
      {
        bodyLimit: BODY_LIMIT,
        // Before the body is read: who is not the transmitter costs us no memory.
        onRequest: async (request) => {
          authenticate(runner, request);
        },
        config: {
          access: { kind: 'webhook' },
          doc: {
            summary: 'Receive a security event token',
            description:
              'RFC 8935. Authenticated by the Authorization value of the link and the signature of the token. Answers 202 after everything is durably stored, also to a token that came before; on 503 send it again.',
            tags: ['partner'],
            params,
            body: z.string().describe('The token: a signed JSON Web Token in compact form.'),
            bodyType: SET_TYPE,
            responses: {
              202: { description: 'The token is stored.' },
              400: { description: 'The token will never be taken.', schema: refusal },
              401: { description: 'The Authorization value is missing or wrong.', schema: refusal },
            },
          },
        },
      },
      async (request, reply) => {
        const runtime = authenticate(runner, request);
        if (typeof request.body !== 'string')
          throw new SetRefused('invalid_request', 'The body must be a security event token.');
        const { record, streamStatus } = await verify(tools, runtime, request.body.trim());
        if (streamStatus !== undefined)
          request.log.warn(
            { connectorId: runtime.link.connectorId, status: streamStatus },
            'the transmitter announces a change of the stream',
          );
        await runtime.take(record === undefined ? [] : [record]);
        runtime.notePushProblem(undefined);
        return reply.code(202).send();
      },
    );
  };
}

/** A refused token is told to the administrator as well: it may be the settings that are wrong. */
async function verify(
  tools: Pick<SsfPushDependencies, 'http' | 'clock'>,
  runtime: LinkRuntime,
  token: string,
): Promise<VerifiedSet> {
  try {
    return await verifierOf(runtime.link.settings, tools).verify(token);
  } catch (error) {
    if (error instanceof SetRefused || error instanceof VendorError)
      runtime.notePushProblem(`A pushed token was not taken. ${error.message}`);
    throw error;
  }
}

class NotAuthenticated extends Error {}

/** One and the same answer for no such link, no value and a wrong one: nobody learns which links there are. */
function authenticate(runner: IntakeRunner, request: FastifyRequest): LinkRuntime {
  const { connectorId } = request.params as z.infer<typeof params>;
  const runtime = runner.link(connectorId.toLowerCase());
  const given = request.headers.authorization;
  const isGiven = ({ pushAuthorization: agreed }: LinkRuntime['link']['settings']) =>
    typeof agreed === 'string' && given !== undefined && secretMatches(given, hashOfSecret(agreed));
  if (runtime?.link.vendor.id !== sharedSignals.id || !runtime.accepts(isGiven)) throw new NotAuthenticated();
  return runtime;
}

/** RFC 8935, section 2.3: what the transmitter must mend is 400 with a code; what passes is an ordinary 5xx. */
function answerRefusal(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refuse = (status: number, err: SetError, description: string) =>
    reply.code(status).header('content-language', 'en').send({ err, description });
  if (error instanceof NotAuthenticated) {
    reply.header('www-authenticate', 'Bearer');
    return refuse(401, 'authentication_failed', 'The Authorization value is missing or wrong.');
  }
  if (error instanceof SetRefused) return refuse(400, error.err, error.message);
  if (error instanceof StoreBusy) return reply.code(503).header('retry-after', error.retryAfterSeconds).send();
  if (error instanceof VendorError) {
    request.log.warn({ err: error }, 'a security event token could not be verified now');
    return reply.code(503).header('retry-after', RETRY_SECONDS).send();
  }
  const { statusCode } = error as { statusCode?: number };
  if (statusCode !== undefined && statusCode < 500)
    return refuse(statusCode, 'invalid_request', 'The request cannot be read.');
  throw error;
}
