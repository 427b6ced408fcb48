import type { FastifyPluginAsync } from 'fastify';
import { deviceInventoryRoutes } from './api/admin/device-inventory.ts';
import { disclosureRoutes } from './api/admin/disclosures.ts';
import { partnerInventoryRoutes } from './api/partner/inventory-routes.ts';
import { KeepInventory } from './pipeline/keep-inventory.ts';
import type { AccessView } from './pipeline/ports.ts';
import type { Clock } from './platform/clock.ts';
import type { Site } from './platform/site.ts';
import type { Store } from './store/store.ts';

export interface InventoryDependencies {
  readonly store: Store;
  readonly view: AccessView;
  readonly clock: Clock;
  readonly site: Site;
}

export interface Inventory {
  readonly routes: FastifyPluginAsync;
}

/** The part of `compose` that builds what collects inventories and hands them over. */
export function openInventory({ store, view, clock, site }: InventoryDependencies): Inventory {
  const keeper = new KeepInventory({ store, clock });
  return {
    routes: async (app) => {
      await app.register(deviceInventoryRoutes({ store, keeper, clock }));
      await app.register(disclosureRoutes({ store }));
      await app.register(partnerInventoryRoutes({ store, view, clock, tenantId: site.tenantId }));
    },
  };
}
