import type { Platform } from '@sallyport/core';
import type { Store } from '../store/store.ts';
import { someoneSeesAllApps } from './inventory-sharing.ts';
import { reclassifyInventory } from './keep-inventory.ts';

const PLATFORMS: readonly Platform[] = ['iOS', 'android'];
const DEVICES_AT_ONCE = 50;

export interface ForgettingApps {
  readonly store: Store;
  readonly log: { info(details: object, message: string): void; warn(details: object, message: string): void };
}

/**
 * When the last connector that might see all apps of personal devices of a platform may not any more, the users'
 * own apps are forgotten at once and not only with each device's next inventory. What a stop of the hub cuts off
 * goes with that.
 */
export class ForgetUnseenApps {
  readonly #options: ForgettingApps;
  #seen: ReadonlySet<Platform> = new Set();
  #running: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(options: ForgettingApps) {
    this.#options = options;
  }

  static async start(options: ForgettingApps): Promise<ForgetUnseenApps> {
    const forgetting = new ForgetUnseenApps(options);
    forgetting.#seen = await forgetting.#seenNow();
    options.store.onCommitted((rows) => {
      if (rows.some(({ kind, subject }) => kind === 'configuration-changed' && subject === 'mobileThreatDefenseConnector')) forgetting.#look();
    });
    return forgetting;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  #look(): void {
    this.#running = this.#running.then(() => this.#forget()).catch((error: unknown) => {
      this.#options.log.warn({ err: error }, "users' own apps that nobody may see any more could not be forgotten; they go with each device's next inventory");
    });
  }

  async #seenNow(): Promise<ReadonlySet<Platform>> {
    const { documents } = this.#options.store;
    const answers = await Promise.all(PLATFORMS.map(async (platform) => [platform, await someoneSeesAllApps(documents, platform)] as const));
    return new Set(answers.flatMap(([platform, isSeen]) => (isSeen ? [platform] : [])));
  }

  async #forget(): Promise<void> {
    if (this.#closed) return;
    const before = this.#seen;
    this.#seen = await this.#seenNow();
    for (const platform of before) if (!this.#seen.has(platform)) await this.#forgetOn(platform);
  }

  async #forgetOn(platform: Platform): Promise<void> {
    const { store, log } = this.#options;
    // What is written here comes again as a change, after this one.
    const last = await store.appInventory.lastChange();
    let devices = 0;
    for (let after = 0; !this.#closed;) {
      const changes = (await store.appInventory.changes(platform, after, DEVICES_AT_ONCE)).filter(({ change }) => change <= last);
      const unmanaged = changes.flatMap(({ deviceId, inventory }) => (inventory?.apps.some(({ managed }) => managed === false) === true ? [deviceId] : []));
      devices += await this.#judgeAnew(unmanaged);
      const end = changes.at(-1)?.change;
      if (end === undefined) break;
      after = end;
    }
    if (devices > 0) log.info({ platform, devices }, "users' own apps were forgotten, since no partner may see them any more");
  }

  async #judgeAnew(deviceIds: readonly string[]): Promise<number> {
    if (deviceIds.length === 0) return 0;
    return this.#options.store.transaction(async (tx) => {
      const personal = (await tx.devices.get(deviceIds)).filter(({ resource }) => resource.managedDeviceOwnerType !== 'company');
      for (const device of personal) await reclassifyInventory(tx, device);
      return personal.length;
    });
  }
}
