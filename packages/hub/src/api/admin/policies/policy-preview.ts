import type { FastifyPluginCallback } from 'fastify';
import { z } from 'zod';
import { HubError, invalidField } from '@sallyport/contracts';
import type { FleetQuestions } from '../../../view/ports.ts';
import type { DocumentRow, Readers } from '../../../store/store.ts';
import { assignedPolicy, changedPolicy } from '../../graph/compliance/compliance-policies.ts';
import { COMPLIANCE } from '../../graph/routes/permissions.ts';
import type { RouteDoc } from '../../../http/route-access.ts';
import { idOf } from '../../../http/admin-documents.ts';
import { preview } from './preview-schema.ts';

const KIND = 'deviceCompliancePolicy';

export interface PolicyPreviewOptions {
  readonly store: Pick<Readers, 'documents'>;
  readonly questions: Pick<FleetQuestions, 'preview'>;
}

/** What a change of a compliance policy, of whom it is for, or its end would open and close, before it is made. */
export function policyPreviewRoutes({ store, questions }: PolicyPreviewOptions): FastifyPluginCallback {
  return (app, _, done) => {
    app.post(
      '/admin/v1/compliance-policies/:id/preview',
      { config: { access: { kind: 'permission', anyOf: COMPLIANCE.read }, doc: DOC } },
      async (request) => {
        const id = idOf(request);
        const { policy, assignments } = previewRequest.parse(request.body);
        const row = await store.documents.get(KIND, id);
        if (row === undefined)
          throw new HubError('not_found', `There is no ${KIND} ${id.slice(0, 100)}.`, { field: 'id' });
        if (policy !== null) return questions.preview(KIND, id, await after(row, policy, assignments, store));
        if (assignments !== undefined)
          throw invalidField('assignments', 'are those of a policy that stays; leave them out where policy is null');
        return questions.preview(KIND, id, undefined);
      },
    );
    done();
  };
}

async function after(
  row: DocumentRow,
  policy: object,
  assignments: readonly object[] | undefined,
  store: Pick<Readers, 'documents'>,
): Promise<DocumentRow['body']> {
  const body = changedPolicy(row, policy, 'beta');
  return assignments === undefined ? body : assignedPolicy({ ...row, body }, { assignments }, 'beta', store);
}

const previewRequest = z.strictObject({
  policy: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe(
      'As a PATCH of the deviceCompliancePolicy would be sent, {} for no change; null: what if the policy were deleted.',
    ),
  assignments: z
    .array(z.record(z.string(), z.unknown()))
    .optional()
    .describe('As they would be sent to .../assign, in place of those that the policy has.'),
});

const DOC: RouteDoc = {
  summary: 'Count the devices that a change of a compliance policy would open and close',
  description: 'Nothing is stored. Every device is evaluated with the change and without it.',
  tags: ['admin: compliance'],
  params: z.object({ id: z.string().describe('Id of the policy.') }),
  body: previewRequest,
  responses: {
    200: { description: 'What would change.', schema: preview },
    404: { description: 'There is no such policy.' },
  },
};
