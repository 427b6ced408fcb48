import { z } from 'zod';
import { invalidField } from '@sallyport/contracts';
import { LANGUAGES } from '@sallyport/texts';
import type { AccessView } from '../view/ports.ts';
import { isoTime } from '../platform/clock.ts';
import type { DoorBody } from '../documents/kinds/door.ts';
import type { DocumentRow } from '../store/store.ts';
import { parseDeviceCas } from '../evidence/device-ca.ts';
import { unreadableView } from '../http/admin-documents.ts';
import { trustSetId } from '../evidence/require-trust-set.ts';
import { NGINX_RESERVED_HEADERS } from './gateways/nginx.ts';

/** What administrators write and read of doors. */

const host = z
  .string()
  .max(253)
  .regex(
    /^(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/u,
    'must be a host name in lower case, or *.example.com',
  );
const pathPrefix = z
  .string()
  .max(1_024)
  .regex(/^\/[^\s?#%\\]*$/u, 'must begin with "/" and be written without query and percent signs')
  .refine(
    (path) => !path.split('/').some((segment) => segment === '.' || segment === '..') && !path.includes('//'),
    'must hold no empty or dot segments',
  );
const application = z.string().min(1).max(256);

const rule = z.strictObject({
  host: host.optional().describe('Exact, or `*.example.com`; absent: every host.'),
  pathPrefix: pathPrefix.optional().describe('Whole segments, in any letter case; absent: every path.'),
  application: application.describe('Id or name of the application.'),
  clientAppType: z
    .enum(['browser', 'mobileAppsAndDesktopClients', 'exchangeActiveSync', 'easSupported', 'other'])
    .optional(),
});

const fields = {
  displayName: z.string().trim().min(1).max(256),
  enabled: z.boolean(),
  applications: z
    .array(rule)
    .max(200)
    .describe('The most specific rule that fits is used: exact host, then wildcard, then longest path.'),
  defaultApplication: application.nullable().describe('For requests that no rule fits; null: they are denied.'),
  deviceCa: z
    .string()
    .max(65_536)
    .nullable()
    .describe(
      "PEM of the CAs that sign the devices' certificates themselves; they vouch at this door only. null where trustSet names a set.",
    ),
  trustSet: trustSetId.nullable().describe('Id of a trust set (/admin/v1/trust-sets) in place of deviceCa.'),
  userFrom: z
    .string()
    .max(100)
    .regex(/^[A-Za-z0-9-]+$/u, 'must be "device" or the name of a header')
    .describe(
      '`device`: the primary user of the device; or the name of a header that the gateway sets after signing the user in.',
    ),
  language: z.enum(LANGUAGES).describe('Of messages, where the browser names no language that there is.'),
  failMode: z.enum(['closed', 'open']).describe('`open`: lets in while the hub has no recent information.'),
  failOpenReason: z
    .string()
    .trim()
    .min(1)
    .max(1_000)
    .nullable()
    .describe('Who decided on `open`, and why; required for it.'),
};

export const doorCreate = z.strictObject({
  ...fields,
  id: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/u, 'must be 1 to 63 lower-case letters, digits and hyphens')
    .optional()
    .describe('Appears in the address; a GUID is made when absent.'),
  kind: z.literal('nginx').default('nginx'),
  enabled: fields.enabled.default(true),
  applications: fields.applications.default([]),
  defaultApplication: fields.defaultApplication.default(null),
  userFrom: fields.userFrom.default('device'),
  language: fields.language.default('en'),
  failMode: fields.failMode.default('closed'),
  failOpenReason: fields.failOpenReason.default(null),
  deviceCa: fields.deviceCa.default(null),
  trustSet: fields.trustSet.default(null),
});

export const doorPatch = z.strictObject(fields).partial();

export const doorRotate = z.strictObject({
  endFormerSecret: z
    .boolean()
    .default(false)
    .describe('Refuse the former secret at once. Its gateway lets nobody in until it has the new one.'),
});

export const doorView = z.object({
  ...fields,
  id: z.string(),
  kind: z.literal('nginx'),
  hint: z.string().describe('The first characters of the secret.'),
  formerKeyUntilDateTime: z.iso
    .datetime()
    .nullable()
    .describe('Until when the key that was replaced is accepted beside the new one.'),
  url: z.url().describe('What the gateway asks.'),
  eventsUrl: z.url(),
  createdDateTime: z.iso.datetime(),
  modifiedDateTime: z.iso.datetime(),
});

export const doorWithSecret = doorView.extend({
  secret: z.string().describe('Shown only now; the gateway sends it as X-Sallyport-Door-Key.'),
});
export const doorOrUnreadable = z.union([doorView, unreadableView]);
export const doorList = z.object({ value: z.array(doorOrUnreadable) });
export type DoorView = z.infer<typeof doorView>;

/** What no single field can say. @throws HubError `invalid_request` that names the field */
export function checkDoor(body: DoorBody, view: Pick<AccessView, 'application'>): DoorBody {
  if (body.deviceCa !== null) parseDeviceCas(body.deviceCa, 'deviceCa');
  if (body.deviceCa === null && (body.trustSet ?? null) === null)
    throw invalidField(
      'deviceCa',
      'is needed, or trustSet with the id of a trust set: without a CA nobody ever gets in',
    );
  if (body.deviceCa !== null && (body.trustSet ?? null) !== null)
    throw invalidField('trustSet', 'cannot stand beside deviceCa; set one of them to null');
  if (NGINX_RESERVED_HEADERS.has(body.userFrom.toLowerCase()))
    throw invalidField('userFrom', `cannot be ${body.userFrom}: that header has another meaning`);
  for (const [index, given] of body.applications.entries())
    requireApplication(given.application, `applications[${index}].application`, view);
  if (body.defaultApplication !== null) requireApplication(body.defaultApplication, 'defaultApplication', view);
  if (body.applications.length === 0 && body.defaultApplication === null)
    throw invalidField(
      'defaultApplication',
      'is needed when there are no rules in applications, else nobody ever gets in',
    );
  if (body.failMode === 'open' && body.failOpenReason === null)
    throw invalidField('failOpenReason', 'is needed for failMode "open": say who decided so and why');
  return body;
}

function requireApplication(name: string, field: string, view: Pick<AccessView, 'application'>): void {
  if (view.application(name) === undefined)
    throw invalidField(field, `names "${name}", which is no application known here`);
}

/** What leaves: everything but the hash of the secret. */
export function toView(
  { secretHash: _, formerSecretHash: _former, formerSecretUntil = null, ...shown }: DoorBody,
  { id, createdAt, modifiedAt }: Omit<DocumentRow, 'body'>,
  baseUrl: string,
): DoorView {
  const formerKeyUntilDateTime = formerSecretUntil === null ? null : isoTime(formerSecretUntil);
  const url = `${baseUrl.replace(/\/+$/u, '')}/doors/${id}`;
  return doorView.parse({
    trustSet: null,
    ...shown,
    formerKeyUntilDateTime,
    id,
    url,
    eventsUrl: `${url}/events`,
    createdDateTime: isoTime(createdAt),
    modifiedDateTime: isoTime(modifiedAt),
  });
}
