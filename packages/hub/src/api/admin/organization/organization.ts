import type { FastifyPluginCallback } from 'fastify';
import { z } from 'zod';
import { isTimeZone } from '@sallyport/texts';
import { NO_ORGANIZATION, ORGANIZATION_ID, organizationDocument } from '../../../documents/kinds/organization.ts';
import { putDocument } from '../../../documents/write.ts';
import type { RouteAccess, RouteDoc } from '../../../http/route-access.ts';
import { writingOf, type AdminDependencies } from '../../../http/admin-documents.ts';

const READ: RouteAccess = {
  kind: 'permission',
  anyOf: ['Sallyport.Settings.Read.All', 'Sallyport.Settings.ReadWrite.All'],
};
const WRITE: RouteAccess = { kind: 'permission', anyOf: ['Sallyport.Settings.ReadWrite.All'] };
const KIND = 'organization';

/** What texts for people say of the organisation: its help desk, its time zone, its device management app. */
export function organizationRoutes({ store, configuration, clock }: AdminDependencies): FastifyPluginCallback {
  return (app, _, done) => {
    app.get('/admin/v1/organization', { config: { access: READ, doc: docs.get } }, async () =>
      toView((await store.documents.get(KIND, ORGANIZATION_ID))?.body),
    );
    app.patch('/admin/v1/organization', { config: { access: WRITE, doc: docs.patch } }, async (request) => {
      const patch = organizationPatch.parse(request.body);
      const writing = writingOf({ configuration, clock }, request);
      return toView(
        (
          await putDocument(writing, { ...organizationDocument, id: ORGANIZATION_ID }, (row) =>
            merged(row?.body, patch),
          )
        ).body,
      );
    });
    done();
  };
}

/** One line that is shown to people: nothing invisible, and nothing that turns the text around it. */
const line = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .refine(
      (text) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text) && text.isWellFormed(),
      'holds characters that are not shown',
    );

const helpDesk = z.strictObject({
  name: line(60).nullable().describe('What people know it by, such as "IT Service".'),
  phone: line(40)
    .regex(/^\+?[\d ()/.-]{3,}$/u, 'must be a telephone number')
    .nullable(),
  email: z.email().max(254).nullable(),
  url: z
    .url({ protocol: /^https$/u })
    .max(300)
    .nullable()
    .describe('An https address.'),
});

const organizationPatch = z
  .strictObject({
    helpDesk: helpDesk
      .partial()
      .nullable()
      .describe('Whom people may ask; members that are left out stay as they are.'),
    timeZone: z
      .string()
      .max(64)
      .refine(isTimeZone, 'is no time zone; use a name of the IANA database, such as Europe/Stockholm')
      .nullable()
      .describe("IANA name of the zone that people are told times in; null: that of the hub's machine."),
    deviceManagementApp: line(60)
      .nullable()
      .describe('The name of the device management\'s app as people see it, such as "Company Portal".'),
  })
  .partial();

const organizationView = z.object({
  helpDesk,
  timeZone: z.string().nullable(),
  deviceManagementApp: z.string().nullable(),
  timeZoneInUse: z.string().describe('The zone that times are told in now.'),
});

type Stored = Readonly<Record<string, unknown>>;

function merged(before: Stored | undefined, patch: z.infer<typeof organizationPatch>): Stored {
  const desk =
    patch.helpDesk === undefined
      ? before?.['helpDesk']
      : patch.helpDesk && { ...(before?.['helpDesk'] as object | null | undefined), ...patch.helpDesk };
  return { ...before, ...patch, helpDesk: desk ?? null };
}

function toView(body: Stored | undefined): z.infer<typeof organizationView> {
  const {
    helpDesk: { name = null, phone = null, email = null, url = null },
    timeZone: timeZoneInUse,
  } =
    (body && organizationDocument.toRule?.(organizationDocument.body.parse(body), ORGANIZATION_ID, 0)) ??
    NO_ORGANIZATION;
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return {
    helpDesk: { name, phone, email, url },
    timeZone: text(body?.['timeZone']),
    deviceManagementApp: text(body?.['deviceManagementApp']),
    timeZoneInUse,
  };
}

const tags = ['organization'];
const docs = {
  get: {
    summary: 'Get what texts for people say of the organisation',
    tags,
    responses: { 200: { description: 'As it is now.', schema: organizationView } },
  },
  patch: {
    summary: 'Change it',
    tags,
    body: organizationPatch,
    description: 'null takes a member away. Texts and pages follow at once.',
    responses: { 200: { description: 'As it is now.', schema: organizationView } },
  },
} as const satisfies Record<string, RouteDoc>;
