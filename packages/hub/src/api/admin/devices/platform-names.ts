import type { FastifyPluginCallback } from 'fastify';
import { z } from 'zod';
import { invalidField } from '@sallyport/contracts';
import { readSystem, systemNameKey } from '@sallyport/core';
import type { FleetQuestions, OwnSystemName } from '../../../view/ports.ts';
import { readBody } from '../../../documents/document-type.ts';
import { platformNameDocument } from '../../../documents/kinds/platform-name.ts';
import type { DocumentRow } from '../../../store/store.ts';
import { EFFECT_NOTE, tellEffect } from '../../../http/access-effect.ts';
import type { RouteAccess, RouteDoc } from '../../../http/route-access.ts';
import { AdminDocuments, type AdminDependencies } from '../../../http/admin-documents.ts';

const READ: RouteAccess = {
  kind: 'permission',
  anyOf: ['Sallyport.Settings.Read.All', 'Sallyport.Settings.ReadWrite.All'],
};
const WRITE: RouteAccess = { kind: 'permission', anyOf: ['Sallyport.Settings.ReadWrite.All'] };
const PATH = '/admin/v1/platform-names';

export interface PlatformNameDependencies extends AdminDependencies {
  readonly questions: Pick<FleetQuestions, 'ownSystemNames'>;
}

/** Names of operating systems that are in no table, and the platforms that administrators give them. */
export function platformNameRoutes(deps: PlatformNameDependencies): FastifyPluginCallback {
  const names = new AdminDocuments(deps, platformNameDocument);
  const shown = async (row: DocumentRow): Promise<View> =>
    viewOf(
      row.id,
      (await deps.questions.ownSystemNames()).find(({ name }) => name === row.id),
      row,
    );
  return (app, _, done) => {
    app.get(PATH, { config: { access: READ, doc: docs.list } }, async () => ({
      value: allOf(await deps.questions.ownSystemNames(), await names.list()),
    }));
    app.post(PATH, { config: { access: WRITE, doc: docs.create } }, async (request, reply) => {
      const { name, platform } = nameCreate.parse(request.body);
      const key = unknownName(name);
      const row = await names.create(request, key, () => ({ platform }), tellEffect(reply));
      reply.code(201).header('location', `${PATH}/${encodeURIComponent(key)}`);
      return shown(row);
    });
    app.patch(`${PATH}/:name`, { config: { access: WRITE, doc: docs.patch } }, async (request, reply) => {
      const { platform } = namePatch.parse(request.body);
      return shown(await names.change(request, keyOf(request.params), () => ({ platform }), tellEffect(reply)));
    });
    app.delete(`${PATH}/:name`, { config: { access: WRITE, doc: docs.remove } }, async (request, reply) => {
      await names.remove(request, keyOf(request.params), undefined, tellEffect(reply));
      return reply.code(204).send();
    });
    done();
  };
}

function keyOf(params: unknown): string {
  return systemNameKey((params as { name: string }).name);
}

/** What the table knows stays so: to call iOS something else would take its policies from every iPhone. */
function unknownName(name: string): string {
  const { known, platform } = readSystem(name);
  if (known)
    throw invalidField(
      'name',
      `is known already: it is ${platform === 'unknown' ? 'a system without compliance policies' : platform}`,
    );
  return systemNameKey(name);
}

type View = z.infer<typeof nameView>;

/** Every name that devices have or that has a platform, once. */
function allOf(own: readonly OwnSystemName[], rows: readonly DocumentRow[]): readonly View[] {
  const given = new Map(rows.map((row) => [row.id, row]));
  const unused = rows.filter(({ id }) => !own.some(({ name }) => name === id));
  return [
    ...own.map((one) => viewOf(one.name, one, given.get(one.name))),
    ...unused.map((row) => viewOf(row.id, undefined, row)),
  ];
}

function viewOf(name: string, own: OwnSystemName | undefined, row: DocumentRow | undefined): View {
  const { devices, closed, deviceIds } = own ?? { devices: 0, closed: 0, deviceIds: [] };
  const given = row && readBody(platformNameDocument, row);
  const unreadable = row !== undefined && given === undefined ? ({ unreadable: true } as const) : {};
  return { name, platform: given?.platform ?? null, ...unreadable, devices, closed, deviceIds: [...deviceIds] };
}

const platformSchema = z
  .enum(['android', 'iOS', 'macOS', 'windows', 'linux', 'other'])
  .describe(
    'What devices with this name are. `other`: a system that no compliance policy is for, such as that of a printer.',
  );
const nameCreate = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1)
    .max(256)
    .describe(
      'The `operatingSystem` of a device. Case, digits and punctuation mean nothing, so one name stands for all versions.',
    ),
  platform: platformSchema,
});
const namePatch = z.strictObject({ platform: platformSchema });
const nameView = z.object({
  name: z.string().describe('The words of the name, in small letters.'),
  platform: platformSchema.nullable().describe('null: nobody has given it a platform.'),
  unreadable: z
    .literal(true)
    .optional()
    .describe(
      'What is stored of its platform cannot be read, so such a device may be any phone. Delete it and make it again.',
    ),
  devices: z.int().describe('Devices whose system is called so.'),
  closed: z.int().describe('Of these: devices that are not compliant now.'),
  deviceIds: z.array(z.string()).describe('The first of these devices.'),
});

const params = z.object({ name: z.string().describe('The name, in any spelling.') });
const tags = ['platform names'];

const docs = {
  list: {
    summary: 'List the names of operating systems that are in no table',
    description: 'Those that devices have, and those that were given a platform.',
    tags,
    responses: { 200: { description: 'All names.', schema: z.object({ value: z.array(nameView) }) } },
  },
  create: {
    summary: 'Give the name of an operating system its platform',
    description: `The devices that carry the name are evaluated before the answer. ${EFFECT_NOTE}`,
    tags,
    body: nameCreate,
    responses: { 201: { description: 'The name, with what its devices are now.', schema: nameView } },
  },
  patch: {
    summary: 'Change the platform of a name',
    tags,
    params,
    body: namePatch,
    responses: { 200: { description: 'The name as it is now.', schema: nameView } },
  },
  remove: {
    summary: 'Take the platform from a name',
    description: 'Its devices are of an unknown system again.',
    tags,
    params,
    responses: { 204: { description: 'Taken.' } },
  },
} as const satisfies Record<string, RouteDoc>;
