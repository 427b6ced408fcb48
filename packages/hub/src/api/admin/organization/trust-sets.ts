import type { FastifyPluginCallback } from 'fastify';
import { z } from 'zod';
import { HubError } from '@sallyport/contracts';
import { trustSetDocument, type TrustSetBody } from '../../../documents/kinds/trust-set.ts';
import type { DocumentReader, DocumentRow } from '../../../store/store.ts';
import type { TrustSets } from '../../../evidence/trust-sets.ts';
import type { RouteAccess, RouteDoc } from '../../../http/route-access.ts';
import { AdminDocuments, idOf, shownOf } from '../../../http/admin-documents.ts';
import type { AdminDependencies } from '../../../http/admin-documents.ts';
import {
  checkTrustSet,
  toTrustSetView,
  trustSetCreate,
  trustSetList,
  trustSetOrUnreadable,
  trustSetPatch,
  trustSetView,
} from './trust-sets-schema.ts';
import type { TrustSetView } from './trust-sets-schema.ts';

export interface TrustSetAdminOptions extends AdminDependencies {
  readonly trustSets: Pick<TrustSets, 'reload'>;
}

const READ: RouteAccess = { kind: 'permission', anyOf: ['Sallyport.Doors.Read.All', 'Sallyport.Doors.ReadWrite.All'] };
const WRITE: RouteAccess = { kind: 'permission', anyOf: ['Sallyport.Doors.ReadWrite.All'] };

/** Named sets of device CAs under `/admin/v1/trust-sets`. When a call has been answered, the change is in force. */
export function trustSetAdminRoutes(options: TrustSetAdminOptions): FastifyPluginCallback {
  const sets = new AdminDocuments(options, trustSetDocument);
  const { trustSets, store } = options;
  const shown = async (row: DocumentRow) => {
    const usedBy = await usersOf(store.documents, row.id);
    return shownOf(trustSetDocument, row, (body) => toTrustSetView(body, row, usedBy));
  };
  const inForce = async (row: DocumentRow): Promise<Awaited<ReturnType<typeof shown>>> => {
    await trustSets.reload(row.id);
    return shown(row);
  };
  return (app, _, done) => {
    app.get('/admin/v1/trust-sets', { config: { access: READ, doc: docs.list } }, async () => ({
      value: await Promise.all((await sets.list()).map(shown)),
    }));
    app.post('/admin/v1/trust-sets', { config: { access: WRITE, doc: docs.create } }, async (request, reply) => {
      const { id, ...body } = trustSetCreate.parse(request.body);
      const row = await sets.create(request, id, () => checkTrustSet(body));
      reply.code(201).header('location', `/admin/v1/trust-sets/${id}`);
      return inForce(row);
    });
    app.get('/admin/v1/trust-sets/:id', { config: { access: READ, doc: docs.get } }, async (request) =>
      shown(await sets.get(idOf(request))),
    );
    app.patch('/admin/v1/trust-sets/:id', { config: { access: WRITE, doc: docs.patch } }, async (request) => {
      const patch = trustSetPatch.parse(request.body);
      return inForce(
        await sets.change(request, idOf(request), (before) => checkTrustSet({ ...before, ...patch } as TrustSetBody)),
      );
    });
    app.delete('/admin/v1/trust-sets/:id', { config: { access: WRITE, doc: docs.remove } }, async (request, reply) => {
      await sets.remove(request, idOf(request), (row, tx) => requireUnused(tx.documents, row.id));
      await trustSets.reload(idOf(request));
      return reply.code(204).send();
    });
    done();
  };
}

async function usersOf(documents: Pick<DocumentReader, 'list'>, id: string): Promise<TrustSetView['usedBy']> {
  const doors = (await documents.list('door')).filter(({ body }) => body['trustSet'] === id).map((row) => row.id);
  const clients = (await documents.list('application')).filter(({ body }) => body['deviceTrustSet'] === id);
  return { doors, clients: clients.map((row) => ({ id: row.id, displayName: String(row.body['displayName']) })) };
}

async function requireUnused(documents: Pick<DocumentReader, 'list'>, id: string): Promise<void> {
  const { doors, clients } = await usersOf(documents, id);
  const users = [
    ...doors.map((door) => `the door "${door}"`),
    ...clients.map(({ displayName }) => `the client "${displayName}"`),
  ];
  if (users.length > 0)
    throw new HubError(
      'conflict',
      `The trust set is used by ${users.slice(0, 10).join(', ')}. Give them another one first.`,
      { field: 'id' },
    );
}

const params = z.object({ id: z.string().describe('Id of the trust set.') });
const tags = ['doors'];

const docs = {
  list: {
    summary: 'List trust sets',
    tags,
    responses: { 200: { description: 'All trust sets.', schema: trustSetList } },
  },
  create: {
    summary: 'Make a trust set: CAs whose device certificates count where the set is named',
    tags,
    body: trustSetCreate,
    description:
      'A door names a set in `trustSet`, a client that asks the AuthZEN API in `deviceTrustSet`. A CA vouches nowhere else.',
    responses: { 201: { description: 'The trust set.', schema: trustSetView } },
  },
  get: {
    summary: 'Get one trust set',
    tags,
    params,
    responses: { 200: { description: 'The trust set, and who uses it.', schema: trustSetOrUnreadable } },
  },
  patch: {
    summary: 'Change a trust set',
    tags,
    params,
    body: trustSetPatch,
    responses: { 200: { description: 'The trust set as it is now, in force.', schema: trustSetView } },
  },
  remove: {
    summary: 'Delete a trust set that nobody uses',
    tags,
    params,
    responses: {
      204: { description: 'Deleted.' },
      409: { description: 'A door or client still names it; the message says which.' },
    },
  },
} as const satisfies Record<string, RouteDoc>;
