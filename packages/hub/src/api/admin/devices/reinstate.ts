import type { FastifyPluginCallback } from 'fastify';
import { z } from 'zod';
import { HubError } from '@sallyport/contracts';
import type { DeviceRegistry } from '../../../pipeline/ports.ts';
import { canonicalId } from '@sallyport/contracts/graph/canonical-id.ts';
import type { RouteAccess, RouteDoc } from '../../../http/route-access.ts';
import { actorOf } from '../../../http/admin-documents.ts';
import { deviceParams } from '../findings/findings.ts';

const WRITE: RouteAccess = { kind: 'permission', anyOf: ['DeviceManagementManagedDevices.ReadWrite.All'] };

/** Undoes by hand that a record of a device was superseded, where the two are of two phones. */
export function reinstateRoutes({
  devices,
}: {
  readonly devices: Pick<DeviceRegistry, 'reinstate'>;
}): FastifyPluginCallback {
  return (app, _, done) => {
    app.post('/admin/v1/devices/:id/reinstate', { config: { access: WRITE, doc: DOC } }, async (request) => {
      noBody.parse(request.body ?? {});
      const id = canonicalId((request.params as z.infer<typeof deviceParams>).id);
      if ((await devices.reinstate(actorOf(request), id)) === undefined)
        throw new HubError('not_found', `There is no managed device ${id}.`, { field: 'id' });
      return { deviceId: id };
    });
    done();
  };
}

const noBody = z.strictObject({});

const DOC: RouteDoc = {
  summary: 'Make a superseded device live again',
  tags: ['admin: reports'],
  params: deviceParams,
  body: noBody,
  description:
    'For two phones with one serial number, UDID or IMEI that are no re-enrolment. No enrolment until now supersedes the device any more; ' +
    'what is reported by the key that both carry is about neither for certain, and bad news is held against both.',
  responses: {
    200: { description: 'It is live.', schema: z.object({ deviceId: z.string() }) },
    409: { description: 'It is not superseded.' },
  },
};
