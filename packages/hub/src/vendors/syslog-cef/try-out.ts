import { compileFieldMap } from '../field-map/compile-field-map.ts';
import type { FieldMapSettings } from '../field-map/field-map-settings.ts';
import { mapRecord } from '../field-map/map-record.ts';
import { shown } from '../field-map/read-field.ts';
import type { TriedRecord, VendorTryOut } from '../vendor.ts';
import { readCefLine } from './cef.ts';
import { cefTrySettings } from './settings.ts';

const MAX_LINES = 100;
/** Nothing is stored, so it is nobody's. */
const NO_CONNECTOR = '';

/** The sample is lines as they would come; senders are told by their connection, which a sample has not. */
export const cefTryOut: VendorTryOut = {
  settings: cefTrySettings,

  run(sample, _headers, given, now) {
    const { map } = cefTrySettings.parse(given);
    const lines = sample.split(/\r?\n/).map((line, i) => ({ line, place: `line ${i + 1}` })).filter(({ line }) => line.trim() !== '');
    return { authentication: undefined, records: lines.slice(0, MAX_LINES).map(({ line, place }) => ({ place, ...tried(line, map, now) })) };
  },
};

function tried(line: string, map: FieldMapSettings, now: number): Omit<TriedRecord, 'place'> {
  const read = readCefLine(line);
  if (!read.ok) return { signal: undefined, problems: [{ field: 'cef', path: '$', value: shown(line), message: read.problem }] };
  return mapRecord(compileFieldMap(map), read.record, { connectorId: NO_CONNECTOR, receivedAt: now });
}
