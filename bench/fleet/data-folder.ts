import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runForJson } from '../shared/child.ts';

/** Folders that end with the run, whatever its end. */
export class DataFolders {
  readonly #root: Promise<string> = mkdtemp(join(tmpdir(), 'sallyport-bench-'));
  readonly #fleets = new Map<number, Promise<string>>();
  #copies = 0;

  /** A hub's data folder with a fleet of this size, made once; each caller gets a copy of its own. */
  async withFleet(devices: number): Promise<string> {
    const root = await this.#root;
    let made = this.#fleets.get(devices);
    if (made === undefined) {
      const folder = join(root, `fleet-${devices}`);
      made = runForJson(new URL('./make-fleet.ts', import.meta.url), [folder, String(devices)]).then(() => folder);
      this.#fleets.set(devices, made);
    }
    const copy = await this.empty();
    await cp(await made, copy, { recursive: true });
    return copy;
  }

  /** The one copy of a fleet that is too large to be copied; nobody else may have it. */
  async onlyFleet(devices: number): Promise<string> {
    const folder = await this.empty();
    await runForJson(new URL('./make-fleet.ts', import.meta.url), [folder, String(devices)]);
    return folder;
  }

  async empty(): Promise<string> {
    this.#copies += 1;
    return join(await this.#root, `folder-${this.#copies}`);
  }

  async removeOne(folder: string): Promise<void> {
    await rm(folder, { recursive: true, force: true });
  }

  async remove(): Promise<void> {
    await rm(await this.#root, { recursive: true, force: true });
  }
}
