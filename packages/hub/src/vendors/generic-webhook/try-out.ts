import { HubError } from '@sallyport/contracts';
import { parseExactJson } from '../../platform/exact-json.ts';
import { compileFieldMap } from '../field-map/compile-field-map.ts';
import { mapRecord } from '../field-map/map-record.ts';
import { listOfJsonLines } from '../kit/json-lines.ts';
import { jsonWithin } from '../kit/json-within.ts';
import type { ReceivedHeaders, TryOutResult, VendorTryOut } from '../vendor.ts';
import { worstReading } from '../kit/worst-reading.ts';
import { recordsAt } from './records.ts';
import type { WebhookTrySettings } from './settings.ts';
import { webhookTrySettings } from './settings.ts';
import { problemOfHeaders, signatureFits } from './signature.ts';

const MAX_RECORDS = 100;
const MAX_DEPTH = 40;
/** Nothing is stored, so it is nobody's. */
const NO_CONNECTOR = '';

export const webhookTryOut: VendorTryOut = {
  settings: webhookTrySettings,

  run(sample, headers, given, now) {
    const settings = webhookTrySettings.parse(given);
    const body = bodyOf(sample);
    const found = recordsAt(settings.records, body);
    if (found === undefined)
      throw new HubError('invalid_request', `There is no record at ${settings.records} in the sample.`, {
        field: 'settings.records',
      });
    const map = compileFieldMap(settings.map);
    const mapped = (record: unknown) => mapRecord(map, record, { connectorId: NO_CONNECTOR, receivedAt: now });
    const records = found.slice(0, MAX_RECORDS).map(({ path, value }) => {
      const {
        record,
        signals: [signal],
      } = worstReading(value, (one) => [mapped(one).signal].filter((read) => read !== undefined));
      return { place: path, problems: mapped(record).problems, signal };
    });
    return { authentication: authenticationOf(sample, headers, settings, now), records };
  },
};

function bodyOf(sample: string): unknown {
  const lines = listOfJsonLines(Buffer.from(sample, 'utf8'));
  if (lines.unreadable.length > 0)
    throw new HubError('invalid_request', `Line ${lines.unreadable[0]} of the sample is not JSON.`, {
      field: 'sample',
    });
  let body: unknown;
  try {
    body = parseExactJson(lines.body.toString('utf8'));
  } catch {
    throw new HubError('invalid_request', 'The sample is not valid JSON.', { field: 'sample' });
  }
  if (jsonWithin(body, MAX_DEPTH) === undefined)
    throw new HubError('invalid_request', `The sample is nested deeper than ${MAX_DEPTH} levels.`, { field: 'sample' });
  return body;
}

function authenticationOf(
  sample: string,
  headers: ReceivedHeaders | undefined,
  settings: WebhookTrySettings,
  now: number,
): TryOutResult['authentication'] {
  if (headers === undefined) return undefined;
  const { webhookSecret } = settings;
  if (webhookSecret === undefined)
    return { ok: false, message: 'Without the secret it cannot be told whether the call would be let in.' };
  const problem = problemOfHeaders(headers, { ...settings, webhookSecret }, now);
  if (problem !== undefined) return { ok: false, message: problem };
  return signatureFits(Buffer.from(sample, 'utf8'), headers, { ...settings, webhookSecret })
    ? { ok: true, message: 'The call would be let in.' }
    : { ok: false, message: 'The signature does not fit the sample, byte for byte as it was given, and the secret.' };
}
