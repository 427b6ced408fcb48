import { z } from 'zod';
import type { HandOver } from './hand-over.ts';
import type { HandedDevice } from './handed-device.ts';
import { handedDeviceApps, handedDeviceCertificates } from './handed-device.ts';

/** A page of inventories as it is fetched, and as it is pushed. */
const page = z.object({
  accountId: z.string().describe('The organisation: its tenant id.'),
  disclosureId: z
    .string()
    .nullable()
    .describe('Under which this hand-over is on record; null where nothing was handed over.'),
  restart: z
    .boolean()
    .describe(
      'The first page of everything: replace what you hold. At the beginning, and after the organisation changed what it shares.',
    ),
  cursor: z.string().describe('For `changedSince` of the next call.'),
  more: z.boolean().describe('false: you have everything that there is now.'),
});

export const appsPage = page.extend({ value: z.array(handedDeviceApps) });
export const certificatesPage = page.extend({ value: z.array(handedDeviceCertificates) });

export function pageView(
  tenantId: string,
  { messageId, isRestart, devices, cursor, more }: HandOver,
): z.infer<typeof page> & { readonly value: readonly HandedDevice[] } {
  const isOnRecord = devices.some((device) => !('removed' in device));
  return {
    accountId: tenantId,
    disclosureId: isOnRecord ? messageId : null,
    restart: isRestart,
    value: devices,
    cursor,
    more,
  };
}
