import type { FastifyPluginAsync } from 'fastify';
import { deviceInventoryRoutes } from './routes/device-inventory.ts';
import { disclosureRoutes } from './routes/disclosures.ts';
import { inventoryPushRoutes } from './routes/inventory-push.ts';
import { inventorySourceRoutes } from './routes/inventory-sources.ts';
import { collectorRoutes } from './routes/collector-routes.ts';
import { partnerInventoryRoutes } from './routes/inventory-routes.ts';
import { GoogleTokens } from './collect/google-token.ts';
import { StatsOfSources } from './collect/source-stats.ts';
import { ForgetUnseenApps } from './forget-unseen-apps.ts';
import { KeepInventory } from './keep-inventory.ts';
import type { Configuration } from '../documents/configuration.ts';
import type { AccessView } from '../view/ports.ts';
import type { Clock } from '../platform/clock.ts';
import type { DataKey } from '../platform/data-key.ts';
import type { Outbound } from '../platform/outbound.ts';
import type { Site } from '../platform/site.ts';
import type { InventoryUpkeep } from './share/inventory-upkeep.ts';
import { startInventoryUpkeep } from './share/inventory-upkeep.ts';
import { InventoryPusher } from './share/pusher.ts';
import type { PusherOptions } from './share/pusher.ts';
import type { Store } from '../store/store.ts';

export interface InventoryDependencies {
  readonly store: Store;
  readonly view: AccessView;
  readonly clock: Clock;
  readonly configuration: Configuration;
  readonly site: Site;
  readonly dataKey: DataKey;
  readonly http: Outbound;
  readonly log: InventoryUpkeep['log'];
  /** How long hand-overs stay on record; `undefined`: for ever. */
  readonly keepDisclosuresDays?: number | undefined;
  /** Other hubs use the same database. */
  readonly sharesDatabase?: boolean | undefined;
  /** For tests: how the pusher waits between tries. */
  readonly wait?: PusherOptions['wait'];
  /** For tests: where the keys of Google's tokens are. */
  readonly googleKeysUrl?: string | undefined;
}

export interface Inventory {
  readonly routes: FastifyPluginAsync;
  /** Stops pushing; what is being sent is cut off and sent again after the next start. */
  close(): Promise<void>;
}

/** The part of `compose` that builds what collects inventories and hands them over. */
export async function openInventory({
  store,
  view,
  configuration,
  clock,
  site,
  dataKey,
  http,
  log,
  keepDisclosuresDays,
  sharesDatabase = false,
  wait,
  googleKeysUrl,
}: InventoryDependencies): Promise<Inventory> {
  const keeper = new KeepInventory({ store, clock, dataKey });
  const stats = new StatsOfSources();
  const google = new GoogleTokens({ http, clock, keysUrl: googleKeysUrl });
  const { tenantId } = site;
  const pusher = await InventoryPusher.start({
    store,
    view,
    clock,
    http,
    dataKey,
    log,
    tenantId,
    sharesDatabase,
    wait,
  });
  keeper.onChanged(() => pusher.wake());
  const unseen = await ForgetUnseenApps.start({ store, log });
  const upkeep = startInventoryUpkeep({ store, clock, log, keepDisclosuresDays });
  return {
    close: async () => {
      await upkeep.stop();
      await unseen.close();
      await pusher.close();
    },
    routes: async (app) => {
      await app.register(deviceInventoryRoutes({ store, keeper, clock }));
      await app.register(inventorySourceRoutes({ store, configuration, clock, stats, dataKey }));
      await app.register(collectorRoutes({ store, keeper, google, stats, dataKey, clock }));
      await app.register(inventoryPushRoutes({ store, configuration, clock, pusher, dataKey, http }));
      await app.register(disclosureRoutes({ store }));
      await app.register(partnerInventoryRoutes({ store, view, clock, tenantId }));
    },
  };
}
