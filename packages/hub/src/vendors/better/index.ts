import type { Vendor } from '../vendor.ts';
import { connectBetter } from './connection.ts';
import { normaliseBetter } from './normalise.ts';
import { rowsOf, tableOfLogType } from './rows.ts';
import { betterSettings } from './settings.ts';
import { instantIn } from './wire.ts';

export const better: Vendor = {
  id: 'better',
  displayName: 'BETTER Mobile',
  connectorId: '860d3ab4-8fd1-45f5-89cd-ecf51e4f92e5',
  settings: betterSettings,
  format: 'better-rows',
  pushPath: '/api/logs',
  normalise: normaliseBetter,

  connect(settings, tools) {
    const { tenantId, clientId, clientSecret, ...rest } = betterSettings.parse(settings);
    if (tenantId === undefined || clientId === undefined || clientSecret === undefined) return undefined;
    return connectBetter({ ...rest, tenantId, clientId, clientSecret }, rest, tools);
  },

  collect: {
    credentials(settings) {
      const { workspaceId, sharedKey } = betterSettings.parse(settings);
      return sharedKey === undefined ? undefined : { workspaceId, sharedKey };
    },
    records({ logType, timeField, rows }) {
      const table = tableOfLogType(logType);
      if (table === undefined) return rows;
      return rowsOf(table, rows, (columns) =>
        timeField === undefined ? undefined : instantIn(columns, timeField.toLowerCase()),
      );
    },
  },
};
