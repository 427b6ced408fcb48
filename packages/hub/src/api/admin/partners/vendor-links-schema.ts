import { z } from 'zod';
import type { CursorName } from '../../../intake/links/cursors.ts';
import { stillAccepted } from '../../../intake/links/former-secrets.ts';
import { vendorLinkDocument, type VendorLinkBody } from '../../../documents/kinds/vendor-link.ts';
import { isoTime } from '../../../platform/clock.ts';
import type { DocumentRow } from '../../../store/store.ts';
import type { Vendor } from '../../../vendors/vendor.ts';
import { shownOf, unreadableView } from '../../../http/admin-documents.ts';
import { termView } from './unknown-terms-schema.ts';
import { ANY_CONNECTOR, secretNames } from '../../../vendors/vendor.ts';

export const linkParams = z.object({ connectorId: z.string().describe('Id of a mobileThreatDefenseConnector.') });

export const linkPut = z.strictObject({
  vendor: z.string().describe('One of /admin/v1/vendors.'),
  enabled: z.boolean().default(true),
  settings: z
    .record(z.string(), z.unknown())
    .describe('As the schema of the vendor says. A secret that is left out stays as it was; null takes it away.'),
  endFormerSecrets: z
    .boolean()
    .default(false)
    .describe(
      'Secrets that the vendor shows to the hub and that are replaced, now or before: true refuses the former ones at once. Otherwise each is accepted for 24 hours beside the new one.',
    ),
});

const formerSecrets = z
  .array(z.object({ name: z.string(), acceptedUntilDateTime: z.string() }))
  .describe('Secrets that were replaced and are still accepted beside the new ones, and until when.');

export const linkView = z.object({
  connectorId: z.string(),
  vendor: z.string(),
  enabled: z.boolean(),
  settings: z.record(z.string(), z.unknown()).describe('Without the secrets.'),
  secretsSet: z.array(z.string()).describe('Names of the secrets that are set.'),
  formerSecrets,
  webhookPath: z.string().nullable().describe('Where the vendor pushes to; null for a vendor that does not push.'),
  modifiedDateTime: z.string(),
});

export const linkOrUnreadable = z.union([linkView, unreadableView.extend({ connectorId: z.string() })]);

export const vendorView = z.object({
  id: z.string(),
  displayName: z.string(),
  connectorId: z
    .string()
    .nullable()
    .describe('Its well-known id in Microsoft Graph; null for an open way in, which serves any connector.'),
  secrets: z.array(z.string()),
  settingsSchema: z
    .record(z.string(), z.unknown())
    .describe('JSON Schema with a title and a help text for each setting.'),
});

export const testResult = z.object({ ok: z.boolean(), message: z.string() });

const time = z.string().nullable();

export const fetchedKeys = z.object({
  ok: z.boolean(),
  message: z.string(),
  keys: z
    .array(z.object({ keyId: z.string().nullable(), keyType: z.string() }))
    .describe('Believed from now on; empty where they could not be read.'),
});

export const statusView = z.object({
  running: z.boolean(),
  formerSecrets,
  lastSuccessDateTime: time,
  lastReportDateTime: time,
  unread: z
    .object({
      count: z.int().describe('Since the link was started or changed.'),
      lastDateTime: z.string(),
      message: z.string(),
    })
    .nullable()
    .describe(
      'Records and calls from the vendor that could not be read, so that they are lost; `message`: what was wrong with the last one.',
    ),
  problem: z.object({ dateTime: z.string(), message: z.string(), nextTryDateTime: time }).nullable(),
  unknownTerms: z
    .array(termView)
    .describe("Values in the vendor's reports that no table holds, as GET /admin/v1/unknown-terms lists them."),
  cursors: z
    .object({ poll: time, stream: time } satisfies Record<CursorName, unknown>)
    .describe('When the place in the list and in the stream last moved.'),
});

export function toVendorView(vendor: Vendor): z.infer<typeof vendorView> {
  const { id, displayName, connectorId, settings } = vendor;
  return {
    id,
    displayName,
    connectorId: connectorId === ANY_CONNECTOR ? null : connectorId,
    secrets: [...secretNames(vendor)],
    settingsSchema: z.toJSONSchema(settings, { io: 'input' }),
  };
}

export function toLinkView(
  row: DocumentRow,
  vendor: Vendor | undefined,
  now: number,
): z.infer<typeof linkOrUnreadable> {
  return { ...shownOf(vendorLinkDocument, row, (body) => readLink(body, row, vendor, now)), connectorId: row.id };
}

function readLink(
  body: VendorLinkBody,
  row: DocumentRow,
  vendor: Vendor | undefined,
  now: number,
): Omit<z.infer<typeof linkView>, 'connectorId'> {
  return {
    vendor: body.vendor,
    enabled: body.enabled,
    settings: { ...body.settings },
    secretsSet: Object.keys(body.secrets).sort(),
    formerSecrets: toFormerSecrets(body, now),
    webhookPath:
      vendor?.pushPath === undefined && vendor?.receive === undefined
        ? null
        : `/intake/${row.id}${vendor.pushPath ?? ''}`,
    modifiedDateTime: isoTime(row.modifiedAt),
  };
}

export function toFormerSecrets(
  { former }: Pick<VendorLinkBody, 'former'>,
  now: number,
): z.infer<typeof formerSecrets> {
  return Object.entries(stillAccepted(former, now)).map(([name, { acceptedUntil }]) => ({
    name,
    acceptedUntilDateTime: isoTime(acceptedUntil),
  }));
}
