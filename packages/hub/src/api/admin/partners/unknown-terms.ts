import type { FastifyPluginCallback } from 'fastify';
import { z } from 'zod';
import { HubError, invalidField } from '@sallyport/contracts';
import { termKey } from '@sallyport/core';
import type { VendorVocabulary } from '../../../pipeline/ports.ts';
import type { AccessView } from '../../../view/ports.ts';
import { canonicalId } from '@sallyport/contracts/graph/canonical-id.ts';
import type { RouteAccess, RouteDoc } from '../../../http/route-access.ts';
import { actorOf } from '../../../http/admin-documents.ts';
import { termView, toTermView } from './unknown-terms-schema.ts';

const READ: RouteAccess = {
  kind: 'permission',
  anyOf: ['DeviceManagementServiceConfig.Read.All', 'DeviceManagementServiceConfig.ReadWrite.All'],
};
const WRITE: RouteAccess = { kind: 'permission', anyOf: ['DeviceManagementServiceConfig.ReadWrite.All'] };
const PATH = '/admin/v1/unknown-terms';

export interface UnknownTermRoutesOptions {
  readonly vocabulary: VendorVocabulary;
  readonly view: Pick<AccessView, 'connector'>;
}

/** Values in vendors' reports that no table holds, and what they count for. */
export function unknownTermRoutes({ vocabulary, view }: UnknownTermRoutesOptions): FastifyPluginCallback {
  return (app, _, done) => {
    app.get(PATH, { config: { access: READ, doc: docs.list } }, async (request) => {
      const { connectorId } = listQuery.parse(request.query);
      return { value: (await vocabulary.unknownTerms(connectorId)).map(toTermView) };
    });
    app.put(`${PATH}/handling`, { config: { access: WRITE, doc: docs.handle } }, async (request) => {
      const { connectorId, field, value, handling } = handleRequest.parse(request.body);
      if (view.connector(connectorId) === undefined)
        throw new HubError('not_found', `There is no mobileThreatDefenseConnector ${connectorId.slice(0, 100)}.`, {
          field: 'connectorId',
        });
      const find = async () =>
        (await vocabulary.unknownTerms(connectorId)).find((term) => term.field === field && term.value === value);
      const listed = await find();
      if (listed === undefined)
        throw invalidField('value', `with this field is no unknown value of the connector; GET ${PATH} lists them`);
      if (listed.about !== 'protection')
        throw invalidField(
          'value',
          `is about ${listed.about}, so there is nothing to decide: only values about protection make a state unknown`,
        );
      await vocabulary.handleTerm(
        actorOf(request),
        connectorId,
        termKey({ field, value }),
        handling === 'automatic' ? null : handling,
      );
      return toTermView((await find()) ?? { ...listed, handled: null });
    });
    done();
  };
}

const connectorId = z.string().min(1).max(256).transform(canonicalId);
const listQuery = z.strictObject({ connectorId: connectorId.optional().describe('Only those of this connector.') });
const handleRequest = z.strictObject({
  connectorId,
  field: z.string().min(1).max(256),
  value: z.string().min(1).max(60).describe('As it is listed.'),
  handling: z
    .enum(['automatic', 'disregarded', 'enforced'])
    .describe(
      'disregarded opens the devices that were compliant before the value came. automatic: what the hub decides by itself.',
    ),
});

const tags = ['admin: vendors'];
const docs = {
  list: {
    summary: "List the values in vendors' reports that no table holds",
    tags,
    query: listQuery,
    description:
      'At most 1,000 of a connector; one that was not seen for 30 days, and that no device holds, is listed no more.',
    responses: { 200: { description: 'The values.', schema: z.object({ value: z.array(termView) }) } },
  },
  handle: {
    summary: 'Decide what an unknown value counts for',
    tags,
    body: handleRequest,
    description:
      'For values about protection. The devices that hold it are evaluated before the answer. Nothing that was reported worse than secured is lifted by it.',
    responses: {
      200: { description: 'The value as it is now.', schema: termView },
      404: { description: 'There is no such connector.' },
    },
  },
} satisfies Record<string, RouteDoc>;
