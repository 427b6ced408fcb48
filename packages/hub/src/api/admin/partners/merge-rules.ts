import { randomUUID } from 'node:crypto';
import type { FastifyPluginCallback } from 'fastify';
import { z } from 'zod';
import { invalidField } from '@sallyport/contracts';
import { amountOf, type SignalLimits } from '@sallyport/core';
import type { AccessView, FleetQuestions } from '../../../view/ports.ts';
import { canonicalId } from '@sallyport/contracts/graph/canonical-id.ts';
import { isoTime } from '../../../platform/clock.ts';
import { mergeRuleDocument } from '../../../documents/kinds/merge-rule.ts';
import type { DocumentKind, DocumentRow, Store, Transaction } from '../../../store/store.ts';
import { EFFECT_NOTE, tellEffect } from '../../../http/access-effect.ts';
import type { RouteAccess, RouteDoc } from '../../../http/route-access.ts';
import { preview } from '../policies/preview-schema.ts';
import { AdminDocuments, idOf, shownOf, unreadableView } from '../../../http/admin-documents.ts';
import type { AdminDependencies } from '../../../http/admin-documents.ts';

const READ: RouteAccess = {
  kind: 'permission',
  anyOf: ['Sallyport.Settings.Read.All', 'Sallyport.Settings.ReadWrite.All'],
};
const WRITE: RouteAccess = { kind: 'permission', anyOf: ['Sallyport.Settings.ReadWrite.All'] };

export interface MergeRuleDependencies extends AdminDependencies {
  readonly questions: FleetQuestions;
  readonly view: Pick<AccessView, 'signalLimits'>;
}

/** How several partners become one state: rules under `/admin/v1/merge-rules`. */
export function mergeRuleRoutes(deps: MergeRuleDependencies): FastifyPluginCallback {
  const { questions, view } = deps;
  const toView = (row: DocumentRow) => shownOf(mergeRuleDocument, row, () => viewOf(row, view.signalLimits));
  const rules = new AdminDocuments(deps, mergeRuleDocument);
  return (app, _, done) => {
    app.get('/admin/v1/merge-rules', { config: { access: READ, doc: docs.list } }, async () => ({
      value: (await rules.list()).map(toView),
    }));
    app.post('/admin/v1/merge-rules', { config: { access: WRITE, doc: docs.create } }, async (request, reply) => {
      const given = ruleCreate.parse(request.body);
      const id = randomUUID();
      const row = await rules.create(request, id, (tx) => checked(given, tx), tellEffect(reply));
      reply.code(201).header('location', `/admin/v1/merge-rules/${id}`);
      return toView(row);
    });
    app.post('/admin/v1/merge-rules/preview', { config: { access: READ, doc: docs.preview } }, async (request) => {
      const { rule, replaces } = previewRequest.parse(request.body);
      if (replaces !== null) await rules.get(replaces);
      if (rule === null && replaces === null)
        throw invalidField('rule', 'is null, and no rule is named in replaces: nothing would change');
      const body = rule === null ? undefined : await checked(rule, deps.store, 'rule.');
      const id = replaces ?? 'preview';
      return questions.preview('mergeRule', id, body);
    });
    app.get('/admin/v1/disagreements', { config: { access: READ, doc: docs.disagreements } }, async (request) => {
      const { count, devices } = await questions.disagreements(disagreementQuery.parse(request.query).limit);
      return {
        count,
        value: devices.map((device) => ({
          ...device,
          views: device.views.map(({ observedAt, ...view }) => ({ ...view, observedDateTime: isoTime(observedAt) })),
        })),
      };
    });
    app.get('/admin/v1/merge-rules/:id', { config: { access: READ, doc: docs.get } }, async (request) =>
      toView(await rules.get(idOf(request))),
    );
    app.patch('/admin/v1/merge-rules/:id', { config: { access: WRITE, doc: docs.patch } }, async (request, reply) => {
      const patch = rulePatch.parse(request.body);
      return toView(
        await rules.change(
          request,
          idOf(request),
          (before, tx) => checked(merged(before as Rule, patch), tx, '', patch),
          tellEffect(reply),
        ),
      );
    });
    app.delete('/admin/v1/merge-rules/:id', { config: { access: WRITE, doc: docs.remove } }, async (request, reply) => {
      await rules.remove(request, idOf(request), undefined, tellEffect(reply));
      return reply.code(204).send();
    });
    done();
  };
}

const id = z.string().min(1).max(256).transform(canonicalId);

const fields = {
  platform: z.enum(['android', 'iOS', 'macOS', 'windows', 'linux']).nullable().describe('null: every platform.'),
  groupId: id.nullable().describe('Group of users or devices; null: everybody.'),
  priority: z.int().min(0).max(1_000_000).describe('Among rules that fit equally well, the lowest is used.'),
  method: z.enum(['strictest', 'primary', 'quorum', 'every']),
  order: z.array(id).min(1).max(100).describe('For `primary`: connectors, the first usable decides.'),
  atLeast: z
    .int()
    .min(1)
    .max(100)
    .describe('For `quorum`: a risk counts when at least so many partners see one as bad or worse.'),
  silentPartner: z
    .enum(['keepWorse', 'ignore', 'keepLast', 'raise', 'block'])
    .describe(
      'What a partner without heartbeat counts for. keepWorse: what it reported worse than secured, for `badNewsDays` of silence (/admin/v1/signal-limits). ' +
        'ignore: nothing, so the devices that it closed open. keepLast: its last state. raise: one level more. block: worse than any level.',
    ),
};

const ruleCreate = z.strictObject({
  ...fields,
  platform: fields.platform.default(null),
  groupId: fields.groupId.default(null),
  order: fields.order.optional(),
  atLeast: fields.atLeast.optional(),
  silentPartner: fields.silentPartner.default('keepWorse'),
});
const rulePatch = z.strictObject(fields).partial();
const ruleView = z.object({
  ...fields,
  order: fields.order.optional(),
  atLeast: fields.atLeast.optional(),
  warning: z.string().optional().describe('What about the rule is dangerous; absent where nothing is.'),
  id: z.string(),
  createdDateTime: z.iso.datetime(),
  modifiedDateTime: z.iso.datetime(),
});

const ruleOrUnreadable = z.union([ruleView, unreadableView]);

type Rule = z.infer<typeof ruleCreate>;

/** Another method brings its own parameters or none; those of the method before mean nothing to it. */
function merged(before: Rule, patch: z.infer<typeof rulePatch>): Rule {
  const { order, atLeast, ...kept } = before;
  const parameters = patch.method === undefined || patch.method === before.method ? { order, atLeast } : {};
  return { ...kept, ...parameters, ...patch } as Rule;
}

const previewRequest = z.strictObject({
  rule: ruleCreate.nullable().describe('The rule to try; null: what if the replaced rule were deleted.'),
  replaces: id.nullable().default(null).describe('Id of the rule that it would replace; null: it would be a new one.'),
});
const disagreementQuery = z.strictObject({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000)
    .default(100)
    .describe('How many devices are listed; all are counted.'),
});
const disagreements = z.object({
  count: z.int(),
  value: z.array(
    z.object({
      deviceId: z.string(),
      mergedState: z.string(),
      views: z.array(z.object({ connectorId: z.string(), state: z.string(), observedDateTime: z.iso.datetime() })),
    }),
  ),
});

/**
 * What no single field can say, with everything that is named in `given`: a rule may go on naming a connector that was
 * deleted since. @throws HubError `invalid_request` that names the field
 */
async function checked(
  rule: Rule,
  tx: Pick<Transaction | Store, 'documents'>,
  at = '',
  given: z.infer<typeof rulePatch> = rule,
): Promise<Readonly<Record<string, unknown>>> {
  if (typeof given.groupId === 'string') await requireDocument(tx, 'group', given.groupId, `${at}groupId`);
  for (const [index, connector] of given.order?.entries() ?? [])
    await requireDocument(tx, 'mobileThreatDefenseConnector', connector, `${at}order[${index}]`);
  return checkedAlone(rule, at);
}

/** What can be said without looking anything up. @throws HubError `invalid_request` that names the field */
function checkedAlone(rule: Rule, at: string): Readonly<Record<string, unknown>> {
  const { order, atLeast, ...rest } = rule;
  if ((rule.method === 'primary') !== (order !== undefined))
    throw invalidField(
      `${at}order`,
      rule.method === 'primary' ? 'is needed for the method primary' : 'is only for the method primary',
    );
  if ((rule.method === 'quorum') !== (atLeast !== undefined))
    throw invalidField(
      `${at}atLeast`,
      rule.method === 'quorum' ? 'is needed for the method quorum' : 'is only for the method quorum',
    );
  for (const [index, connector] of order?.entries() ?? []) {
    if (order?.indexOf(connector) !== index)
      throw invalidField(`${at}order[${index}]`, 'names a connector that is in the list already');
  }
  return { ...rest, ...(order === undefined ? {} : { order }), ...(atLeast === undefined ? {} : { atLeast }) };
}

async function requireDocument(
  tx: Pick<Transaction | Store, 'documents'>,
  kind: DocumentKind,
  wanted: string,
  field: string,
): Promise<void> {
  if ((await tx.documents.get(kind, wanted)) === undefined) {
    throw invalidField(
      field,
      `names "${wanted}", and there is no ${kind === 'group' ? 'group' : 'connector'} with that id`,
    );
  }
}

type RuleView = z.infer<typeof ruleView>;

function viewOf(row: DocumentRow, limits: SignalLimits): RuleView {
  const warning = row.body.silentPartner === 'ignore' ? { warning: ignoreOpens(limits) } : {};
  return ruleView.parse({
    platform: null,
    groupId: null,
    ...row.body,
    ...warning,
    id: row.id,
    createdDateTime: isoTime(row.createdAt),
    modifiedDateTime: isoTime(row.modifiedAt),
  });
}

function ignoreOpens({ badNewsDays }: SignalLimits): string {
  return (
    'silentPartner is "ignore": when a partner falls silent, the devices that it closed open again, whatever it reported. ' +
    `"keepWorse" keeps what was worse than secured for ${amountOf(badNewsDays, 'days')}.`
  );
}

const params = z.object({ id: z.string().describe('Id of the rule.') });
const tags = ['merge rules'];

const docs = {
  list: {
    summary: 'List merge rules',
    tags,
    responses: { 200: { description: 'All rules.', schema: z.object({ value: z.array(ruleOrUnreadable) }) } },
  },
  create: {
    summary: 'Make a merge rule',
    description: EFFECT_NOTE,
    tags,
    body: ruleCreate,
    responses: { 201: { description: 'The rule.', schema: ruleView } },
  },
  preview: {
    summary: 'Count the devices that a change of merge rules would change',
    description: 'Nothing is stored. Every device is evaluated with the rule and without it.',
    tags,
    body: previewRequest,
    responses: { 200: { description: 'What would change.', schema: preview } },
  },
  disagreements: {
    summary: 'Devices of which partners say different levels',
    tags,
    query: disagreementQuery,
    responses: { 200: { description: 'How many there are, and the first of them.', schema: disagreements } },
  },
  get: {
    summary: 'Get one merge rule',
    tags,
    params,
    responses: { 200: { description: 'The rule.', schema: ruleOrUnreadable } },
  },
  patch: {
    summary: 'Change a merge rule',
    description: EFFECT_NOTE,
    tags,
    params,
    body: rulePatch,
    responses: { 200: { description: 'The rule as it is now.', schema: ruleView } },
  },
  remove: {
    summary: 'Delete a merge rule',
    description: EFFECT_NOTE,
    tags,
    params,
    responses: { 204: { description: 'Deleted.' } },
  },
} as const satisfies Record<string, RouteDoc>;
