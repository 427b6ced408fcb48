import type { FastifyPluginCallback } from 'fastify';
import { z } from 'zod';
import {
  openingLimits,
  SIGNAL_LIMIT_NAMES,
  SIGNAL_LIMIT_RANGES,
  SIGNAL_LIMIT_TEXTS,
  signalLimitsOf,
  type SignalLimits,
} from '@sallyport/core';
import { SIGNAL_LIMITS_ID, signalLimitsDocument } from '../../../documents/kinds/signal-limits.ts';
import { putDocument } from '../../../documents/write.ts';
import type { FleetQuestions } from '../../../view/ports.ts';
import { effectHeaders, EFFECT_NOTE } from '../../../http/access-effect.ts';
import type { RouteAccess, RouteDoc } from '../../../http/route-access.ts';
import { writingOf, type AdminDependencies } from '../../../http/admin-documents.ts';
import { preview } from '../policies/preview-schema.ts';

const READ: RouteAccess = {
  kind: 'permission',
  anyOf: ['Sallyport.Settings.Read.All', 'Sallyport.Settings.ReadWrite.All'],
};
const WRITE: RouteAccess = { kind: 'permission', anyOf: ['Sallyport.Settings.ReadWrite.All'] };
const KIND = 'signalLimits';
const PATH = '/admin/v1/signal-limits';

export interface SignalLimitDependencies extends AdminDependencies {
  readonly questions: Pick<FleetQuestions, 'preview'>;
}

/** For how long, and for how many devices, what partners report counts where nothing newer settles it. */
export function signalLimitRoutes({
  store,
  configuration,
  clock,
  questions,
}: SignalLimitDependencies): FastifyPluginCallback {
  return (app, _, done) => {
    app.get(PATH, { config: { access: READ, doc: docs.get } }, async () =>
      toView((await store.documents.get(KIND, SIGNAL_LIMITS_ID))?.body),
    );
    app.patch(PATH, { config: { access: WRITE, doc: docs.patch } }, async (request, reply) => {
      const patch = limitsPatch.parse(request.body);
      const writing = writingOf({ configuration, clock }, request, (effect) => {
        reply.headers(effectHeaders(effect));
      });
      return toView(
        (
          await putDocument(writing, { ...signalLimitsDocument, id: SIGNAL_LIMITS_ID }, (row) =>
            merged(row?.body, patch),
          )
        ).body,
      );
    });
    app.post(`${PATH}/preview`, { config: { access: READ, doc: docs.preview } }, async (request) => {
      const patch = limitsPatch.parse(request.body);
      return questions.preview(
        KIND,
        SIGNAL_LIMITS_ID,
        merged((await store.documents.get(KIND, SIGNAL_LIMITS_ID))?.body, patch),
      );
    });
    done();
  };
}

type Stored = Readonly<Record<string, unknown>>;
type Shape<T> = Record<keyof SignalLimits, T>;

function shapeOf<T>(make: (name: keyof SignalLimits) => T): Shape<T> {
  return Object.fromEntries(SIGNAL_LIMIT_NAMES.map((name) => [name, make(name)])) as Shape<T>;
}

function limit(name: keyof SignalLimits): z.ZodNullable<z.ZodInt> {
  const { default: usual, min, max } = SIGNAL_LIMIT_RANGES[name];
  const expected = `must be a whole number from ${min} to ${max}`;
  return z
    .int(expected)
    .min(min, expected)
    .max(max, expected)
    .nullable()
    .describe(`${SIGNAL_LIMIT_TEXTS[name].meaning} In ${unitOf(name)}; null: the default, ${usual}.`);
}

function unitOf(name: keyof SignalLimits): string {
  const { unit } = SIGNAL_LIMIT_TEXTS[name];
  return unit === '%' ? 'percent' : unit;
}

const limitsPatch = z.strictObject(shapeOf(limit)).partial();

const limitsView = z.object({
  ...shapeOf((name) => z.int().describe(`In ${unitOf(name)}.`)),
  warnings: z.array(z.string()).describe('What limits other than the defaults open, one sentence each.'),
});

/** What was never set, or is set back, is not stored: it follows the default. */
function merged(before: Stored | undefined, patch: z.infer<typeof limitsPatch>): Stored {
  return Object.fromEntries(Object.entries({ ...before, ...patch }).filter(([, value]) => value !== null));
}

function toView(body: Stored | undefined): z.infer<typeof limitsView> {
  const limits = signalLimitsOf(body ?? {});
  return { ...limits, warnings: [...openingLimits(limits)] };
}

const tags = ['signal limits'];
const NOT_BACK =
  'The fleet is evaluated by them at once. Findings and contradictory states keep the time that they were given when they were received, ' +
  'and reports and devices that were written before are not matched again.';
const docs = {
  get: {
    summary: 'Get how long, and for how many devices, what partners report counts',
    tags,
    responses: { 200: { description: 'The limits that are in force.', schema: limitsView } },
  },
  patch: {
    summary: 'Change these limits',
    description: `${NOT_BACK} ${EFFECT_NOTE}`,
    tags,
    body: limitsPatch,
    responses: { 200: { description: 'The limits as they are now.', schema: limitsView } },
  },
  preview: {
    summary: 'Count the devices that a change of these limits would open and close',
    description: 'Nothing is stored. Every device is evaluated with the change and without it.',
    tags,
    body: limitsPatch,
    responses: { 200: { description: 'What would change.', schema: preview } },
  },
} as const satisfies Record<string, RouteDoc>;
