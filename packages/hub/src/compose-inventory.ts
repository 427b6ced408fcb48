import type { FastifyPluginAsync } from 'fastify';
import { deviceInventoryRoutes } from './api/admin/device-inventory.ts';
import { disclosureRoutes } from './api/admin/disclosures.ts';
import { inventorySourceRoutes } from './api/admin/inventory-sources.ts';
import { collectorRoutes } from './api/inventory/collector-routes.ts';
import { partnerInventoryRoutes } from './api/partner/inventory-routes.ts';
import { GoogleTokens } from './intake/inventory/google-token.ts';
import { StatsOfSources } from './intake/inventory/source-stats.ts';
import { KeepInventory } from './pipeline/keep-inventory.ts';
import type { AccessView, Configuration } from './pipeline/ports.ts';
import type { Clock } from './platform/clock.ts';
import type { DataKey } from './platform/data-key.ts';
import type { Outbound } from './platform/outbound.ts';
import type { Site } from './platform/site.ts';
import type { Store } from './store/store.ts';

export interface InventoryDependencies {
  readonly store: Store;
  readonly view: AccessView;
  readonly clock: Clock;
  readonly configuration: Configuration;
  readonly site: Site;
  readonly dataKey: DataKey;
  readonly http: Outbound;
  /** For tests: where the keys of Google's tokens are. */
  readonly googleKeysUrl?: string | undefined;
}

export interface Inventory {
  readonly routes: FastifyPluginAsync;
}

/** The part of `compose` that builds what collects inventories and hands them over. */
export function openInventory({ store, view, configuration, clock, site, dataKey, http, googleKeysUrl }: InventoryDependencies): Inventory {
  const keeper = new KeepInventory({ store, clock });
  const stats = new StatsOfSources();
  const google = new GoogleTokens({ http, clock, keysUrl: googleKeysUrl });
  return {
    routes: async (app) => {
      await app.register(deviceInventoryRoutes({ store, keeper, clock }));
      await app.register(inventorySourceRoutes({ store, configuration, clock, stats, dataKey }));
      await app.register(collectorRoutes({ store, keeper, google, stats, dataKey, clock }));
      await app.register(disclosureRoutes({ store }));
      await app.register(partnerInventoryRoutes({ store, view, clock, tenantId: site.tenantId }));
    },
  };
}
