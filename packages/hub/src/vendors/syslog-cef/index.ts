import { compileFieldMap } from '../field-map/compile-field-map.ts';
import { mapRecord } from '../field-map/map-record.ts';
import type { Vendor } from '../vendor.ts';
import { ANY_CONNECTOR } from '../vendor.ts';
import { readCefLine } from './cef.ts';
import type { CefSettings } from './settings.ts';
import { cefSettings } from './settings.ts';
import { cefTryOut } from './try-out.ts';

/** For everybody whose console sends CEF over syslog. A raw record is the line as it came. */
export const syslogCef: Vendor = {
  id: 'syslog-cef',
  displayName: 'CEF over syslog',
  connectorId: ANY_CONNECTOR,
  settings: cefSettings,
  format: 'syslog-cef',
  tryOut: cefTryOut,

  normalise(raw, connectorId, receivedAt, settings) {
    const read = typeof raw === 'string' ? readCefLine(raw) : undefined;
    if (read?.ok !== true) return [];
    const { signal } = mapRecord(compileFieldMap((settings as CefSettings).map), read.record, { connectorId, receivedAt });
    return signal === undefined ? [] : [signal];
  },
};
