import type { Vendor } from '../vendor.ts';
import { ANY_CONNECTOR } from '../vendor.ts';
import { readCefLine } from './cef.ts';
import { readLine } from './read-line.ts';
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
    const signal =
      typeof raw === 'string' ? readLine(raw, settings as CefSettings, connectorId, receivedAt).signal : undefined;
    return signal === undefined ? [] : [signal];
  },

  whyUnread(raw) {
    const read = typeof raw === 'string' ? readCefLine(raw) : undefined;
    return read?.ok === false ? read.problem : undefined;
  },
};
