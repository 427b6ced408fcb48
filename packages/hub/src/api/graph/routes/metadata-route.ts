import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import type { GraphVersion } from '@sallyport/contracts/graph/model.ts';
import { schemaFile } from '@sallyport/contracts/graph/schema-files.ts';
import { servedSchema } from '@sallyport/contracts/graph/served-schema.ts';

/** `/$metadata`: the schema that contexts in our answers point to. */
export function addMetadataRoute(app: FastifyInstance, version: GraphVersion): void {
  let schema: Promise<string> | undefined;
  app.get(
    `/${version}/$metadata`,
    {
      config: {
        access: { kind: 'public', why: 'The schema of Graph is public and says nothing of the tenant.' },
        doc: {
          summary: `The schema of Graph ${version} (CSDL), the subset that this server draws on, with its own members`,
          tags: [`Graph ${version}`],
          responses: { 200: { description: 'CSDL, as application/xml.' } },
        },
      },
    },
    async (_request, reply) => {
      schema ??= readFile(schemaFile(version), 'utf8').then((csdl) => servedSchema(csdl, version));
      return reply.type('application/xml; charset=utf-8').send(await schema);
    },
  );
}
