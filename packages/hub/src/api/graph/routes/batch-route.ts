import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { PERMISSIONS } from '@sallyport/contracts';
import type { GraphVersion } from '@sallyport/contracts/graph/model.ts';
import { parseBatch, type BatchPart } from './batch-request.ts';

interface PartAnswer {
  readonly id: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const batchBody = z.object({
  requests: z
    .array(
      z.object({
        id: z.union([z.string().min(1).max(100), z.number()]),
        method: z.enum(['GET', 'POST', 'PATCH', 'PUT', 'DELETE']),
        url: z.string().max(8192).describe('Relative to the version: /users'),
        headers: z.record(z.string(), z.string()).optional(),
        body: z.unknown().optional(),
        dependsOn: z.array(z.string()).optional(),
      }),
    )
    .min(1)
    .max(20),
});
const batchAnswer = z.object({
  responses: z.array(
    z.object({
      id: z.string(),
      status: z.int(),
      headers: z.record(z.string(), z.string()),
      body: z.unknown().optional(),
    }),
  ),
});

/** `/$batch`: each part goes through the server as if it had come alone, with the caller's own token. */
export function addBatchRoute(app: FastifyInstance, version: GraphVersion): void {
  app.post(
    `/${version}/$batch`,
    {
      config: {
        // Every part is checked against its own route; the batch itself opens nothing.
        access: { kind: 'permission', anyOf: PERMISSIONS },
        doc: {
          summary: 'Up to 20 requests in one',
          tags: [`Graph ${version}`],
          body: batchBody,
          responses: { 200: { description: 'An answer for each request, in any order.', schema: batchAnswer } },
        },
      },
    },
    async (request) => {
      const parts = parseBatch(request.body, version);
      const running = new Map<string, Promise<PartAnswer>>();
      const answerOf = (part: BatchPart): Promise<PartAnswer> => {
        const id = part.id.toLowerCase();
        const begun = running.get(id) ?? runPart(part);
        running.set(id, begun);
        return begun;
      };
      const runPart = async (part: BatchPart): Promise<PartAnswer> => {
        const needed = parts.filter((other) =>
          part.dependsOn.some((id) => id.toLowerCase() === other.id.toLowerCase()),
        );
        const answers = await Promise.all(needed.map(answerOf));
        const failed = answers.find(({ status }) => status >= 400);
        return failed === undefined ? passOn(app, request, version, part) : failedDependency(part, failed.id);
      };
      return { responses: await Promise.all(parts.map(answerOf)) };
    },
  );
}

async function passOn(
  app: FastifyInstance,
  request: FastifyRequest,
  version: GraphVersion,
  part: BatchPart,
): Promise<PartAnswer> {
  const { authorization = '', host = 'localhost' } = request.headers;
  const response = await app.inject({
    method: part.method,
    url: `/${version}/${part.url}`,
    remoteAddress: request.ip,
    headers: {
      ...(part.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...part.headers,
      authorization,
      host,
    },
    ...(part.body === undefined ? {} : { payload: JSON.stringify(part.body) }),
  });
  const type = String(response.headers['content-type'] ?? '');
  const retryAfter = response.headers['retry-after'];
  return {
    id: part.id,
    status: response.statusCode,
    headers: {
      ...(type === '' ? {} : { 'Content-Type': type }),
      ...(retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }),
    },
    ...(response.body === ''
      ? {}
      : { body: /\bjson\b/i.test(type) ? (JSON.parse(response.body) as unknown) : response.body }),
  };
}

function failedDependency(part: BatchPart, failed: string): PartAnswer {
  return {
    id: part.id,
    status: 424,
    headers: { 'Content-Type': 'application/json' },
    body: {
      error: { code: 'FailedDependency', message: `The request "${failed}", which this one depends on, failed.` },
    },
  };
}
