import type { ClientRequest, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { KEY } from '../../doors/testing.ts';
import type { EventHub } from './event-hub.ts';

/** A door that keeps its view in step by the events alone, comes back whenever its stream ends, and counts what goes wrong. */
export class AwayDoor {
  readonly view: Map<string, boolean>;
  position: number;
  /** Events that came out of order: some were missed, or came twice. */
  outOfOrder = 0;
  resets = 0;
  readonly #hub: EventHub;
  readonly #id: string;
  #sent: ClientRequest | undefined;
  #away = true;
  #waiting: (() => void)[] = [];

  /** @param position up to which it knows everything */
  constructor(hub: EventHub, id: string, position: number) {
    this.#hub = hub;
    this.#id = id;
    this.position = position;
    this.view = hub.viewAt(position);
  }

  comeBack(): void {
    this.#away = false;
    const headers = { 'x-sallyport-door-key': KEY.secret, 'last-event-id': String(this.position) };
    const sent = request(
      `${this.#hub.url}/doors/${this.#id}/events`,
      { ca: this.#hub.caPem, headers, agent: false },
      (response) => {
        this.read(response.on('error', () => undefined));
      },
    );
    sent
      .on('error', () => undefined)
      .on('close', () => {
        if (this.#sent === sent && !this.#away) setTimeout(() => this.comeBack(), 20);
      })
      .end();
    this.#sent = sent;
  }

  leave(): void {
    this.#away = true;
    this.#sent?.destroy();
    this.#sent = undefined;
  }

  async knows(position: number): Promise<void> {
    while (this.position < position)
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
  }

  protected read(response: IncomingMessage): void {
    let rest = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) this.#take(block);
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  #take(block: string): void {
    const [, id, event, data] = /^id: (\d+)\nevent: (\S+)\ndata: (.*)$/u.exec(block) ?? [];
    if (id === undefined || data === undefined) return;
    const isNext = Number(id) === this.position + 1;
    this.position = Number(id);
    if (event === 'reset') {
      this.resets += 1;
      return this.view.clear();
    }
    if (!isNext) this.outOfOrder += 1;
    const { deviceId, compliant } = JSON.parse(data) as { deviceId: string; compliant: boolean };
    this.view.set(deviceId, compliant);
  }
}

/** Reads a little, waits a little. */
export class SlowDoor extends AwayDoor {
  protected override read(response: IncomingMessage): void {
    super.read(response);
    response.on('data', () => {
      response.pause();
      setTimeout(() => response.resume(), 5);
    });
  }
}

/** Opens its stream and never reads from it. */
export class StuckDoor extends AwayDoor {
  protected override read(response: IncomingMessage): void {
    response.pause();
  }
}
