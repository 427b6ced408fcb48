import type { FastifyPluginCallback } from 'fastify';
import { z } from 'zod';
import { isAssessment, isLostContact, type PartnerView } from '@sallyport/core';
import { isoTime } from '../../../platform/clock.ts';
import type { Store } from '../../../store/store.ts';
import type { RouteDoc } from '../../../http/route-access.ts';
import { deviceParams, knownDevice, READ_DEVICE } from '../findings/findings.ts';

/** The records that partners have of a device: what each reports, and which of them count. */
export function deviceIdentityRoutes({
  store,
}: {
  readonly store: Pick<Store, 'devices' | 'postures'>;
}): FastifyPluginCallback {
  return (app, _, done) => {
    app.get('/admin/v1/devices/:id/identities', { config: { access: READ_DEVICE, doc: DOC } }, async (request) => {
      const [posture] = await store.postures.get([await knownDevice(store, request)]);
      return { value: identityViews(posture?.views ?? []) };
    });
    done();
  };
}

type View = z.infer<typeof identityView>;

export function identityViews(views: readonly PartnerView[]): readonly View[] {
  const newest = new Map<string, PartnerView>();
  for (const view of views) if (view.held === undefined && view.retired !== true) newest.set(view.connectorId, view);
  return views.map((view) => ({
    connectorId: view.connectorId,
    ids: [...(view.held ?? view.identities ?? [])],
    standing: standingOf(view, newest.get(view.connectorId)),
    threatState: view.state,
    observedDateTime: isoTime(view.observedAt),
    lastLevel:
      isAssessment(view.state) || view.lastLevel === undefined
        ? null
        : { threatState: view.lastLevel.state, observedDateTime: isoTime(view.lastLevel.observedAt) },
    contactLostDateTime:
      isLostContact(view.state) && view.levelMissingSince !== undefined ? isoTime(view.levelMissingSince) : null,
    firstHeardDateTime: view.since === undefined ? null : isoTime(view.since),
    tied: view.tied === true,
    unknownTerms: [...(view.unrecognized?.terms ?? [])],
  }));
}

function standingOf(view: PartnerView, newest: PartnerView | undefined): View['standing'] {
  if (view.held !== undefined) return 'held';
  if (view.retired === true) return 'retired';
  if (view.superseded === true) return 'superseded';
  return view === newest ? 'newest' : 'older';
}

const identityView = z.object({
  connectorId: z.string(),
  ids: z
    .array(z.string())
    .describe(
      "The partner's own ids of this record; empty where it names none. Of what is held without one, the keys of the report.",
    ),
  standing: z
    .enum(['newest', 'older', 'superseded', 'retired', 'held'])
    .describe(
      'newest: all that it reports counts. older: its level still counts, where that is worse. superseded: a newer one, tied to the device by an id of its management, has reported since. ' +
        'retired: the partner has removed it. held: bad news that may be about this device or about another.',
    ),
  threatState: z.string(),
  observedDateTime: z.iso.datetime(),
  lastLevel: z
    .object({ threatState: z.string(), observedDateTime: z.iso.datetime() })
    .nullable()
    .describe('What it last reported of the danger, where the present state says nothing of it.'),
  contactLostDateTime: z.iso
    .datetime()
    .nullable()
    .describe(
      'Since when the partner reports no level because contact is lost; a level above secured counts for `badNewsDays` from then (/admin/v1/signal-limits).',
    ),
  firstHeardDateTime: z.iso.datetime().nullable(),
  tied: z.boolean().describe('A report of it named the device by an id that its management put there.'),
  unknownTerms: z.array(z.string()).describe('Values that nobody knows, and that make its state unknown.'),
});

const DOC: RouteDoc = {
  summary: 'List the records that partners have of a device',
  tags: ['admin: findings'],
  params: deviceParams,
  description:
    'An app that is installed again, or on another phone, is another record (identity). Of each partner the oldest is first.',
  responses: {
    200: { description: 'The records.', schema: z.object({ value: z.array(identityView) }) },
    404: { description: 'There is no such device.' },
  },
};
