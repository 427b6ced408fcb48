import { compileFieldMap } from '../field-map/compile-field-map.ts';
import { mapRecord } from '../field-map/map-record.ts';
import type { Vendor } from '../vendor.ts';
import { ANY_CONNECTOR } from '../vendor.ts';
import { recordsAt } from './records.ts';
import type { WebhookSettings } from './settings.ts';
import { webhookSettings } from './settings.ts';
import { problemOfHeaders, signatureFits } from './signature.ts';
import { webhookTryOut } from './try-out.ts';

/** For everybody who can send signed JSON: the administrator says where in it our fields stand. */
export const genericWebhook: Vendor = {
  id: 'webhook',
  displayName: 'Signed webhook',
  connectorId: ANY_CONNECTOR,
  settings: webhookSettings,
  format: 'webhook',
  tryOut: webhookTryOut,

  normalise(raw, connectorId, receivedAt, settings) {
    const { signal } = mapRecord(compileFieldMap((settings as WebhookSettings).map), raw, { connectorId, receivedAt });
    return signal === undefined ? [] : [signal];
  },

  receive: {
    verify: (headers, settings, now) => problemOfHeaders(headers, settings as WebhookSettings, now) === undefined,
    verifyBody: (body, headers, settings) => signatureFits(body, headers, settings as WebhookSettings),
    records: (body, settings) => recordsAt((settings as WebhookSettings).records, body)?.map(({ value }) => value),
  },
};
