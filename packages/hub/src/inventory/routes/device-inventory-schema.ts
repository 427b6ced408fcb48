import { z } from 'zod';
import { canonicalId } from '@sallyport/contracts/graph/canonical-id.ts';
import { isPlainText } from '../../vendors/kit/plain-text.ts';

export const MAX_APPS = 5000;
export const MAX_CERTIFICATES = 500;
const MAX_IMPORTED = 1000;

const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine(isPlainText, 'holds a control character or half a character')
    .nullish()
    .transform((value) => value ?? undefined);
const size = z
  .int()
  .min(0)
  .nullish()
  .transform((value) => value ?? undefined);
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? undefined);
/** Times are ISO 8601 with an offset. */
const collectedDateTime = z.iso
  .datetime({ offset: true })
  .optional()
  .transform((value) => (value === undefined ? undefined : Date.parse(value)));

const appBody = z
  .strictObject({
    appId: text(512).describe('Bundle identifier or package name.'),
    version: text(256),
    shortVersion: text(256),
    name: text(512),
    publisher: text(512),
    bundleSize: size.describe('Bytes.'),
    dynamicSize: size.describe('Bytes.'),
    validated: flag,
    managed: flag,
    adHocSigned: flag,
    fromAppStore: flag,
    betaApp: flag,
    deviceBasedVpp: flag,
  })
  .refine(({ appId, name }) => appId !== undefined || name !== undefined, 'must have an appId or a name');

export const appsPut = z.strictObject({
  collectedDateTime: collectedDateTime.describe(
    'When the device told it; left out: now. What is older than what is kept is not taken.',
  ),
  apps: z.array(appBody).max(MAX_APPS).describe('All apps of the device.'),
});

export const certificatesPut = z.strictObject({
  collectedDateTime,
  certificates: z
    .array(
      z.strictObject({
        commonName: z
          .string()
          .trim()
          .min(1)
          .max(512)
          .refine(isPlainText, 'holds a control character or half a character'),
        data: z.base64().min(4).max(20_000).describe('DER, base64.'),
        isIdentity: z.boolean().default(false),
      }),
    )
    .max(MAX_CERTIFICATES),
});

export const outcome = z.object({
  status: z.enum(['kept', 'older']).describe('older: something newer was kept already.'),
});

/** A `detectedApp` of Graph. Other properties are ignored: an export is taken as it is. */
const detectedApp = z.object({ displayName: text(512), version: text(256), publisher: text(512), sizeInByte: size });

const key = z
  .string()
  .max(256)
  .nullish()
  .transform((value) => value ?? undefined);

/** What Graph answers for `managedDevices?$expand=detectedApps`. */
export const graphImport = z.object({
  value: z
    .array(
      z.object({
        id: key
          .transform((id) => (id === undefined || id.trim() === '' ? undefined : canonicalId(id)))
          .describe('Id of the managed device.'),
        azureADDeviceId: key,
        udid: key,
        serialNumber: key.describe(
          'This, IMEI, UDID and Entra device id find the device where its id is missing or of another organisation. What many phones have, or fake, finds none.',
        ),
        imei: key,
        lastSyncDateTime: collectedDateTime,
        detectedApps: z.array(detectedApp).max(MAX_APPS),
      }),
    )
    .min(1)
    .max(MAX_IMPORTED),
});

export const importResult = z.object({
  kept: z.int(),
  older: z.int(),
  unknownDevices: z
    .array(z.string())
    .describe(
      'Those that no managed device here is; their apps were dropped. By id, else by serial number or IMEI, else by their place such as `value[3]`.',
    ),
  ambiguousDevices: z
    .array(z.string())
    .describe('Those whose ids name different devices here; their apps were dropped.'),
});

export const deviceParams = z.object({ id: z.string().describe('Id of a managed device.') });

export const deviceAppsView = z.object({
  collectedDateTime: z.string().nullable().describe('null: nothing was ever collected.'),
  source: z.string().nullable(),
  apps: z.array(
    z.object({
      id: z.string().describe('Of the app under /deviceManagement/detectedApps.'),
      appId: z.string().nullable(),
      version: z.string().nullable(),
      shortVersion: z.string().nullable(),
      name: z.string().nullable(),
      publisher: z.string().nullable(),
      bundleSize: z.int().nullable(),
      dynamicSize: z.int().nullable(),
      validated: z.boolean().nullable(),
      managed: z.boolean().nullable(),
      adHocSigned: z.boolean().nullable(),
      fromAppStore: z.boolean().nullable(),
      betaApp: z.boolean().nullable(),
      deviceBasedVpp: z.boolean().nullable(),
    }),
  ),
});
