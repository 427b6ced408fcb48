import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { HubError } from '@sallyport/contracts';
import type { Clock } from '../../platform/clock.ts';
import type { LogCollector } from '../../vendors/vendor.ts';
import type { IntakeRunner } from '../links/intake-runner.ts';
import type { LinkRuntime } from '../links/link-runtime.ts';
import { noteRefusal } from './note-refusal.ts';
import { isSignedWithSharedKey } from './shared-key.ts';

/** As Azure Monitor: senders divide their rows by this. */
const BODY_LIMIT = 30 * 1024 * 1024;

const params = z.object({ connectorId: z.string() });
const query = z.object({ 'api-version': z.string().optional() });
const answer = z.object({
  taken: z.int().describe('Rows that said something about a device.'),
  ignored: z.int().describe('Rows that said nothing we know.'),
});
const NAME = /^[A-Za-z0-9_]{1,100}$/;

export interface LogCollectorRoutesOptions {
  readonly runner: IntakeRunner;
  readonly clock: Clock;
}

/** Where rows are written as to Azure Monitor's HTTP Data Collector API, for vendors that know no other target. */
export function logCollectorRoutes(options: LogCollectorRoutesOptions): FastifyPluginAsync {
  return async (app) => {
    app.post(
      '/intake/:connectorId/api/logs',
      {
        bodyLimit: BODY_LIMIT,
        // Before the body is read: who does not hold the key costs us no memory.
        onRequest: async (request) => {
          authenticate(options, request);
        },
        onError: async (request, _reply, error) => {
          noteRefusal(options.runner, request, error);
        },
        config: {
          access: { kind: 'webhook' },
          doc: {
            summary: "Receive rows as Azure Monitor's HTTP Data Collector API does",
            description:
              'For a relay of rows that a vendor writes to Log Analytics. Signed with the shared key of the link (`SharedKey`, x-ms-date within 15 minutes). The header Log-Type names the table. Answers after everything is durably stored; on 503 send it again.',
            tags: ['partner'],
            params,
            query,
            responses: { 200: { description: 'Everything is stored.', schema: answer } },
          },
        },
      },
      async (request) => {
        const { runtime, collector } = authenticate(options, request);
        const { taken, silent } = await runtime.take(
          collector.records({ ...headersOf(request), rows: rowsOf(request.body) }),
          request.ip,
        );
        return { taken, ignored: silent };
      },
    );
  };
}

/** One and the same answer for no such link, no key and a wrong signature: nobody learns which links there are. */
function authenticate(
  { runner, clock }: LogCollectorRoutesOptions,
  request: FastifyRequest,
): { readonly runtime: LinkRuntime; readonly collector: LogCollector } {
  const { connectorId } = request.params as z.infer<typeof params>;
  const runtime = runner.link(connectorId.toLowerCase());
  const collector = runtime?.link.vendor.collect;
  const isSigned = (settings: LinkRuntime['link']['settings']) => {
    const credentials = collector?.credentials(settings);
    return credentials !== undefined && isSignedWithSharedKey(request.headers, credentials, clock.now());
  };
  if (runtime === undefined || collector === undefined || !runtime.accepts(isSigned)) {
    throw new HubError('unauthenticated', 'The signature is missing, wrong or too old.');
  }
  return { runtime, collector };
}

function headersOf({ headers }: FastifyRequest): { readonly logType: string; readonly timeField: string | undefined } {
  const { 'log-type': logType, 'time-generated-field': timeField } = headers;
  if (typeof logType !== 'string' || !NAME.test(logType)) {
    throw new HubError(
      'invalid_request',
      'The header Log-Type must hold the name of a table: letters, digits and underscores.',
      { field: 'Log-Type' },
    );
  }
  return { logType, timeField: typeof timeField === 'string' && NAME.test(timeField) ? timeField : undefined };
}

function rowsOf(body: unknown): readonly unknown[] {
  if (Array.isArray(body)) return body;
  if (typeof body === 'object' && body !== null) return [body];
  throw new HubError('invalid_request', 'The body must be a JSON object or a list of JSON objects.');
}
