import type { FastifyPluginCallback } from 'fastify';
import { z } from 'zod';
import { HubError } from '@sallyport/contracts';
import { parseBody } from '@sallyport/contracts/graph/parse-body.ts';
import type { FleetQuestions } from '../../../view/ports.ts';
import type { Readers } from '../../../store/store.ts';
import { changedConnector } from '../../graph/connectors/connectors.ts';
import type { RouteAccess, RouteDoc } from '../../../http/route-access.ts';
import { idOf } from '../../../http/admin-documents.ts';
import { preview } from '../policies/preview-schema.ts';

const READ: RouteAccess = {
  kind: 'permission',
  anyOf: ['DeviceManagementServiceConfig.Read.All', 'DeviceManagementServiceConfig.ReadWrite.All'],
};
const KIND = 'mobileThreatDefenseConnector';

export interface ConnectorPreviewOptions {
  readonly store: Pick<Readers, 'documents'>;
  readonly questions: Pick<FleetQuestions, 'preview'>;
}

/** What a change of a connector would open and close, before it is made. */
export function connectorPreviewRoutes({ store, questions }: ConnectorPreviewOptions): FastifyPluginCallback {
  return (app, _, done) => {
    app.post('/admin/v1/connectors/:id/preview', { config: { access: READ, doc: DOC } }, async (request) => {
      const id = idOf(request);
      const { connector } = previewRequest.parse(request.body);
      const row = await store.documents.get(KIND, id);
      if (row === undefined)
        throw new HubError('not_found', `There is no ${KIND} ${id.slice(0, 100)}.`, { field: 'id' });
      return questions.preview(
        KIND,
        id,
        connector === null ? undefined : await changedConnector(row, parseBody(KIND, connector, 'beta'), store),
      );
    });
    done();
  };
}

const previewRequest = z.strictObject({
  connector: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe(
      'As a PATCH of the mobileThreatDefenseConnector would be sent; null: what if the connector were deleted.',
    ),
});

const DOC: RouteDoc = {
  summary: 'Count the devices that a change of a connector would open and close',
  description: 'Nothing is stored. Every device is evaluated with the change and without it.',
  tags: ['admin: vendors'],
  params: z.object({ id: z.string().describe('Id of the connector.') }),
  body: previewRequest,
  responses: {
    200: { description: 'What would change.', schema: preview },
    404: { description: 'There is no such connector.' },
  },
};
