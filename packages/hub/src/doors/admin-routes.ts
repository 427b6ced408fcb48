import { randomUUID } from 'node:crypto';
import type { FastifyPluginCallback, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CATALOGUES, ENGLISH } from '@sallyport/texts';
import type { AccessView } from '../view/ports.ts';
import { doorDocument, type DoorBody } from '../documents/kinds/door.ts';
import { newSecret } from '../platform/secrets.ts';
import type { DocumentRow, Transaction } from '../store/store.ts';
import { requireTrustSet } from '../evidence/require-trust-set.ts';
import type { DoorRegistry } from './door-registry.ts';
import type { RouteAccess, RouteDoc } from '../http/route-access.ts';
import { AdminDocuments, idOf, readable, shownOf } from '../http/admin-documents.ts';
import type { AdminDependencies } from '../http/admin-documents.ts';
import { GATEWAYS } from './gateways/index.ts';
import {
  checkDoor,
  doorCreate,
  doorList,
  doorOrUnreadable,
  doorPatch,
  doorRotate,
  doorView,
  doorWithSecret,
  toView,
} from './admin-schema.ts';

export interface DoorAdminOptions extends AdminDependencies {
  readonly view: Pick<AccessView, 'application' | 'organization'>;
  readonly registry: DoorRegistry;
  /** Public address of the hub, without a path. */
  readonly baseUrl: string;
}

/** How long a secret that was replaced is still accepted: time to put the new one into the gateway. */
const FORMER_ACCEPTED_MS = 24 * 60 * 60_000;
const NO_FORMER = { formerSecretHash: null, formerSecretUntil: null };

const READ: RouteAccess = { kind: 'permission', anyOf: ['Sallyport.Doors.Read.All', 'Sallyport.Doors.ReadWrite.All'] };
const WRITE: RouteAccess = { kind: 'permission', anyOf: ['Sallyport.Doors.ReadWrite.All'] };

/**
 * Doors under `/admin/v1/doors`. Their secrets are shown once. When a call has been answered, the change is in
 * force: the gateway's next question meets it, and streams of a door that may not listen any more are ended.
 */
export function doorAdminRoutes(options: DoorAdminOptions): FastifyPluginCallback {
  const doors = new AdminDocuments(options, doorDocument);
  const { registry, view, baseUrl } = options;
  const shown = (row: DocumentRow) => shownOf(doorDocument, row, (body) => toView(body, row, baseUrl));
  const inForce = async (row: DocumentRow): Promise<ReturnType<typeof shown>> => {
    await registry.reload(row.id);
    return shown(row);
  };
  return (app, _, done) => {
    app.get('/admin/v1/doors', { config: { access: READ, doc: docs.list } }, async () => ({
      value: (await doors.list()).map(shown),
    }));
    app.post('/admin/v1/doors', { config: { access: WRITE, doc: docs.create } }, async (request, reply) => {
      const { id = randomUUID(), ...given } = doorCreate.parse(request.body);
      const { secret, hash, hint } = newSecret();
      const row = await doors.create(request, id, (tx) =>
        checked({ ...given, secretHash: hash, hint } as DoorBody, view, tx),
      );
      reply.code(201).header('location', `/admin/v1/doors/${id}`);
      return { ...(await inForce(row)), secret };
    });
    app.get('/admin/v1/doors/:id', { config: { access: READ, doc: docs.get } }, async (request) =>
      shown(await doors.get(idOf(request))),
    );
    app.get('/admin/v1/doors/:id/pages', { config: { access: READ, doc: docs.pages } }, async (request, reply) => {
      const { kind } = readable(doorDocument, await doors.get(idOf(request)));
      reply.type('text/plain; charset=utf-8');
      return GATEWAYS[kind].pages({
        catalogues: [...CATALOGUES.values()],
        fallback: ENGLISH,
        organization: view.organization,
      });
    });
    app.patch('/admin/v1/doors/:id', { config: { access: WRITE, doc: docs.patch } }, async (request) => {
      const patch = doorPatch.parse(request.body);
      return inForce(
        await doors.change(request, idOf(request), (before, tx) =>
          checked({ ...before, ...patch } as DoorBody, view, tx),
        ),
      );
    });
    app.delete('/admin/v1/doors/:id', { config: { access: WRITE, doc: docs.remove } }, async (request, reply) => {
      await doors.remove(request, idOf(request));
      await registry.reload(idOf(request));
      return reply.code(204).send();
    });
    app.post('/admin/v1/doors/:id/rotateSecret', { config: { access: WRITE, doc: docs.rotate } }, async (request) =>
      rotate(request),
    );
    done();
  };

  async function rotate(request: FastifyRequest): Promise<object> {
    const { endFormerSecret } = doorRotate.parse(request.body ?? {});
    const { secret, hash, hint } = newSecret();
    const row = await doors.change(request, idOf(request), (before) => ({
      ...before,
      secretHash: hash,
      hint,
      ...(endFormerSecret
        ? NO_FORMER
        : { formerSecretHash: before.secretHash, formerSecretUntil: options.clock.now() + FORMER_ACCEPTED_MS }),
    }));
    return { ...(await inForce(row)), secret };
  }
}

async function checked(body: DoorBody, view: Pick<AccessView, 'application'>, tx: Transaction): Promise<DoorBody> {
  await requireTrustSet(tx, body.trustSet ?? null, 'trustSet');
  return checkDoor(body, view);
}

const params = z.object({ id: z.string().describe('Id of the door.') });
const tags = ['doors'];

const docs = {
  list: { summary: 'List doors', tags, responses: { 200: { description: 'All doors.', schema: doorList } } },
  create: {
    summary: 'Make a door',
    tags,
    body: doorCreate,
    responses: { 201: { description: 'The door, with its secret, which is shown only now.', schema: doorWithSecret } },
  },
  get: {
    summary: 'Get one door',
    tags,
    params,
    responses: { 200: { description: 'The door.', schema: doorOrUnreadable } },
  },
  pages: {
    summary: 'What the gateway of a door shows to people',
    tags,
    params,
    description:
      'Pages in every language that there are texts in, with the help desk of the organisation, as a file for the configuration of the gateway. Ask again after an update of the hub.',
    responses: { 200: { description: 'Plain text: for nginx, variables for its `http` block.' } },
  },
  patch: {
    summary: 'Change a door',
    tags,
    params,
    body: doorPatch,
    responses: { 200: { description: 'The door as it is now.', schema: doorView } },
  },
  remove: {
    summary: 'Delete a door',
    tags,
    params,
    description: 'Its gateway lets nobody in from now on.',
    responses: { 204: { description: 'Deleted.' } },
  },
  rotate: {
    summary: 'Give a door a new secret',
    tags,
    params,
    body: doorRotate.optional(),
    description:
      'The former one is accepted for 24 hours beside it, so that the gateway lets people in meanwhile; endFormerSecret ends it at once, as when others know it.',
    responses: {
      200: { description: 'The door with its new secret, which is shown only now.', schema: doorWithSecret },
    },
  },
} as const satisfies Record<string, RouteDoc>;
