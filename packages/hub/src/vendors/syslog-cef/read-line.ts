import type { Instant } from '@sallyport/core';
import { compileFieldMap } from '../field-map/compile-field-map.ts';
import type { Mapped } from '../field-map/map-record.ts';
import { mapRecord } from '../field-map/map-record.ts';
import { shown } from '../field-map/read-field.ts';
import { normaliseJamfCef } from '../jamf/cef-event.ts';
import type { CefRecord } from './cef.ts';
import { readCefLine } from './cef.ts';
import type { CefSettings } from './settings.ts';

/** What a line means by the settings: by a vendor's preset, or by the administrator's own map. */
export function readLine(
  line: string,
  { preset, map }: Pick<CefSettings, 'preset' | 'map'>,
  connectorId: string,
  receivedAt: Instant,
): Mapped {
  const read = readCefLine(line);
  if (!read.ok)
    return { signal: undefined, problems: [{ field: 'cef', path: '$', value: shown(line), message: read.problem }] };
  if (preset === 'jamf') return byPreset(read.record, connectorId, receivedAt);
  return map === undefined
    ? { signal: undefined, problems: [] }
    : mapRecord(compileFieldMap(map), read.record, { connectorId, receivedAt });
}

function byPreset(record: CefRecord, connectorId: string, receivedAt: Instant): Mapped {
  const [signal] = normaliseJamfCef(record, connectorId, receivedAt);
  const problem =
    signal === undefined
      ? 'names no device (DeviceId, GUID) or no kind of event'
      : signal.undated === true
        ? 'has no time with its zone (rt)'
        : signal.flag;
  return { signal, problems: problem === undefined ? [] : [{ field: 'preset', path: '$', message: problem }] };
}
