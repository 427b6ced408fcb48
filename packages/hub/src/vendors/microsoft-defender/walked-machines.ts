import { isRecord } from '../kit/wire-read.ts';
import type { MachinesPage } from './client.ts';
import { readMachine } from './wire.ts';

/**
 * What a reading of the list has shown so far. A page that is asked for by number exists whether or not Defender takes
 * note of the number: where it holds no machine that was not there before, the list has come to its end.
 */
export class WalkedMachines {
  readonly #start: string;
  /** Of the pages before the last one, which may be asked for again after trouble. */
  #before = new Set<string>();
  #last: { readonly address: string; readonly ids: readonly string[] } = { address: '', ids: [] };

  /** `start`: the address of the first page, with which a reading begins. */
  constructor(start: string) {
    this.#start = start;
  }

  onlyWhileNew(address: string, page: MachinesPage): MachinesPage {
    if (address === this.#start) this.#before = new Set();
    else if (address !== this.#last.address) for (const id of this.#last.ids) this.#before.add(id);
    const ids = page.content.map((machine) => (isRecord(machine) ? (readMachine(machine).id ?? '') : ''));
    this.#last = { address, ids };
    const isOver = page.nextBy === 'number' && ids.every((id) => this.#before.has(id));
    return isOver ? { ...page, next: undefined } : page;
  }
}
