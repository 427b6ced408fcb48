import { Readable } from 'node:stream';
import type { FastifyPluginAsync, FastifyRequest, RequestPayload } from 'fastify';
import { z } from 'zod';
import { HubError } from '@sallyport/contracts';
import { listOfJsonLines, parsedType } from '../../vendors/kit/json-lines.ts';
import type { IntakeRunner } from '../links/intake-runner.ts';
import type { LinkRuntime } from '../links/link-runtime.ts';
import { noteRefusal } from './note-refusal.ts';

const BODY_LIMIT = 2 * 1024 * 1024;
/** More than any vendor sends at once. */
const MAX_RECORDS = 1000;

const params = z.object({ connectorId: z.string() });
const answer = z.object({
  taken: z.int().describe('Records that said something about a device.'),
  ignored: z.int().describe('Records that said nothing we know.'),
});

/** Where vendors push in their own format. */
export function webhookRoutes({ runner }: { readonly runner: IntakeRunner }): FastifyPluginAsync {
  const unreadable: UnreadableLines = new WeakMap();
  return async (app) => {
    app.post(
      '/intake/:connectorId',
      {
        bodyLimit: BODY_LIMIT,
        // Before the body is read: who is not the vendor costs us no memory.
        onRequest: async (request) => {
          authenticate(runner, request);
        },
        onError: async (request, _reply, error) => {
          const lines = unreadable.get(request);
          if (lines !== undefined) noteRefusal(runner, request, error, lines.length || 1);
        },
        preParsing: async (request, _reply, payload) =>
          readBody(authenticate(runner, request), request, payload, unreadable),
        config: {
          access: { kind: 'webhook' },
          doc: {
            summary: 'Receive what a vendor pushes',
            description:
              'In the format of the vendor behind the connector: one record, a list, or one record a line. Authenticated by the secret or the signature of the link. Answers after everything is durably stored; on 503 send it again. Where single lines are no JSON, the others are stored and the answer is 400.',
            tags: ['partner'],
            params,
            responses: { 200: { description: 'Everything is stored.', schema: answer } },
          },
        },
      },
      async (request) => {
        const link = authenticate(runner, request);
        const records = link.link.vendor.receive?.records(request.body, link.link.settings);
        if (records === undefined || records.length === 0) {
          throw new HubError(
            'invalid_request',
            'The body must be a JSON object or a list of JSON objects in the format of the vendor.',
          );
        }
        if (records.length > MAX_RECORDS)
          throw new HubError(
            'invalid_request',
            `The body holds ${records.length} records; at most ${MAX_RECORDS} are taken at once.`,
          );
        const broken = unreadable.get(request) ?? [];
        const { taken, silent } = await link.take(
          broken.length === 0 ? records : records.filter((one) => one !== null),
          request.ip,
        );
        refuseUnreadable(broken, taken);
        return { taken, ignored: silent };
      },
    );
  };
}

/** By request that is known to come from the vendor: the numbers of its lines that are no JSON. */
type UnreadableLines = WeakMap<FastifyRequest, readonly number[]>;

/** One broken line must not keep the others out, and must not be lost with an answer that says that all is well. */
function refuseUnreadable(lines: readonly number[], taken: number): void {
  if (lines.length === 0) return;
  const named = `${lines.slice(0, 20).join(', ')}${lines.length > 20 ? ` and ${lines.length - 20} more` : ''}`;
  throw new HubError(
    'invalid_request',
    `Not JSON: ${lines.length === 1 ? 'line' : 'lines'} ${named}. The others were stored (${taken} about devices); sending them again changes nothing.`,
  );
}

/** One and the same answer for no such link, no secret and a wrong one: nobody learns which links there are. */
function authenticate(runner: IntakeRunner, request: FastifyRequest): LinkRuntime {
  const { connectorId } = request.params as z.infer<typeof params>;
  const runtime = runner.link(connectorId.toLowerCase());
  if (runtime?.knows(request.headers) !== true) throw refused();
  return runtime;
}

function refused(): HubError {
  return new HubError('unauthenticated', 'The secret or the signature in the header is missing or wrong.');
}

/**
 * The body that is parsed. A signature is over the bytes as they came, so they are all read, and believed, before
 * anybody parses them.
 */
async function readBody(
  runtime: LinkRuntime,
  request: FastifyRequest,
  payload: RequestPayload,
  unreadable: UnreadableLines,
): Promise<RequestPayload> {
  const { receive } = runtime.link.vendor;
  if (receive?.verifyBody === undefined) unreadable.set(request, []);
  const body = await wholeBody(payload);
  if (!runtime.accepts((settings) => receive?.verifyBody?.(body, request.headers, settings) !== false)) throw refused();
  request.headers['content-type'] = parsedType(request.headers['content-type']);
  const lines = listOfJsonLines(body);
  unreadable.set(request, lines.unreadable);
  return Object.assign(Readable.from([lines.body], { objectMode: false }), { receivedEncodedLength: body.byteLength });
}

async function wholeBody(payload: RequestPayload): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of payload as AsyncIterable<Buffer>) {
    length += chunk.byteLength;
    if (length > BODY_LIMIT) throw new HubError('body_too_large', `The body is larger than ${BODY_LIMIT} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
