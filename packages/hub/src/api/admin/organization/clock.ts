import type { FastifyPluginCallback } from 'fastify';
import { z } from 'zod';
import { HubError } from '@sallyport/contracts';
import type { ClockControl, ClockState } from '../../../pipeline/watch-clock.ts';
import { isoTime } from '../../../platform/clock.ts';
import type { RouteAccess, RouteDoc } from '../../../http/route-access.ts';
import { actorOf } from '../../../http/admin-documents.ts';

export interface ClockRoutesOptions {
  readonly control: ClockControl | undefined;
}

const READ: RouteAccess = {
  kind: 'permission',
  anyOf: ['Sallyport.Settings.Read.All', 'Sallyport.Settings.ReadWrite.All'],
};
const WRITE: RouteAccess = { kind: 'permission', anyOf: ['Sallyport.Settings.ReadWrite.All'] };

/** Whether the hub knows what time it is, and the word of an administrator that it does. */
export function clockRoutes({ control }: ClockRoutesOptions): FastifyPluginCallback {
  const known = (): ClockControl => {
    if (control === undefined) throw new HubError('not_found', 'This hub has no clock that could be in doubt.');
    return control;
  };
  return (app, _, done) => {
    app.get('/admin/v1/clock', { config: { access: READ, doc: docs.get } }, async () => toView(known().state()));
    app.post('/admin/v1/clock/confirm', { config: { access: WRITE, doc: docs.confirm } }, async (request) =>
      toView(await known().confirm(actorOf(request))),
    );
    done();
  };
}

function toView({ now, doubt, deletionHeld, pulledBack }: ClockState): z.infer<typeof clockView> {
  return { dateTime: isoTime(now), doubt, deletionHeld, pulledBack };
}

const clockView = z.object({
  dateTime: z.string().describe('The time that counts.'),
  doubt: z
    .enum(['jump', 'behindMark', 'database'])
    .nullable()
    .describe(
      'Why the clock is in doubt: it jumped by more than five minutes, it is behind the time that was stored last, or it differs from the clock of the database. null: it is not in doubt.',
    ),
  deletionHeld: z.boolean().describe('Nothing is deleted by age until the time is confirmed.'),
  pulledBack: z
    .number()
    .int()
    .describe('Stored times that lay ahead of the clock and were pulled back since the start.'),
});

const docs = {
  get: {
    summary: 'Whether the clock is in doubt',
    tags: ['admin: clock'],
    responses: { 200: { description: 'The state of the clock.', schema: clockView } },
  },
  confirm: {
    summary: "Confirm that the clock of the hub's machine is right",
    tags: ['admin: clock'],
    description:
      'Ends a doubt within a second, and lets what is old be deleted again. Look at the clock of the machine first. Audited.',
    responses: { 200: { description: 'The state of the clock.', schema: clockView } },
  },
} satisfies Readonly<Record<string, RouteDoc>>;
