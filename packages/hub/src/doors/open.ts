import type { FastifyPluginAsync } from 'fastify';
import type { Configuration } from '../documents/configuration.ts';
import type { TrustSets } from '../evidence/trust-sets.ts';
import type { Clock } from '../platform/clock.ts';
import type { Publisher } from '../publish/publisher.ts';
import type { Store } from '../store/store.ts';
import type { AccessDecider } from '../view/ports.ts';
import { doorAdminRoutes } from './admin-routes.ts';
import { DoorRegistry, type DoorRegistryOptions } from './door-registry.ts';
import { doorRoutes } from './routes.ts';

export interface DoorDependencies {
  readonly store: Store;
  readonly configuration: Configuration;
  readonly decider: AccessDecider;
  readonly publisher: Publisher;
  readonly trustSets: TrustSets;
  readonly clock: Clock;
  readonly log: DoorRegistryOptions['log'];
  readonly baseUrl: string;
}

/** The wing of the doors: what gateways ask and are told, and how administrators set them up. */
export async function openDoors(parts: DoorDependencies): Promise<{ readonly routes: FastifyPluginAsync }> {
  const { store, configuration, decider, publisher, trustSets, clock, log, baseUrl } = parts;
  const registry = await DoorRegistry.load({ store, log, trustSets });
  return {
    routes: async (app) => {
      await app.register(doorRoutes({ registry, decider, publisher, clock, baseUrl }));
      await app.register(doorAdminRoutes({ store, configuration, clock, registry, view: decider.view, baseUrl }));
    },
  };
}
