import type { Platform } from '@sallyport/core';
import type { Store } from '../store/store.ts';
import { someoneSeesAllApps } from './inventory-sharing.ts';
import { forgetUnseen } from './keep-inventory.ts';

const PLATFORMS: readonly Platform[] = ['iOS', 'android'];
const DEVICES_AT_ONCE = 50;

export interface ForgettingApps {
  readonly store: Store;
  readonly log: { info(details: object, message: string): void; warn(details: object, message: string): void };
}

/**
 * While no connector may see all apps of personal devices of a platform, the users' own apps are forgotten at once and
 * not only with each device's next inventory. Looks at the start too, so that what a stop of the hub cut off goes on
 * where it was: devices that have none any more are not found again.
 */
export class ForgetUnseenApps {
  readonly #options: ForgettingApps;
  #running: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(options: ForgettingApps) {
    this.#options = options;
  }

  static async start(options: ForgettingApps): Promise<ForgetUnseenApps> {
    const forgetting = new ForgetUnseenApps(options);
    options.store.onCommitted((rows) => {
      if (
        rows.some(({ kind, subject }) => kind === 'configuration-changed' && subject === 'mobileThreatDefenseConnector')
      )
        forgetting.#look();
    });
    forgetting.#look();
    return forgetting;
  }

  /** Resolves when what was asked for so far is done. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  #look(): void {
    this.#running = this.#running
      .then(() => this.#forget())
      .catch((error: unknown) => {
        this.#options.log.warn(
          { err: error },
          "users' own apps that nobody may see any more could not be forgotten; it is tried again at the next change of a connector or start",
        );
      });
  }

  async #forget(): Promise<void> {
    for (const platform of PLATFORMS)
      if (!this.#closed && !(await someoneSeesAllApps(this.#options.store.documents, platform)))
        await this.#forgetOn(platform);
  }

  async #forgetOn(platform: Platform): Promise<void> {
    const { store, log } = this.#options;
    let devices = 0;
    for (let after = 0; !this.#closed; ) {
      const found = await store.appInventory.withOwnApps(platform, after, DEVICES_AT_ONCE);
      const last = found.at(-1);
      if (last === undefined) break;
      devices += await store.transaction((tx) =>
        forgetUnseen(
          tx,
          found.map(({ deviceId }) => deviceId),
        ),
      );
      after = last.place;
    }
    if (devices > 0) log.info({ platform, devices }, "users' own apps were forgotten, since no partner may see them");
  }
}
