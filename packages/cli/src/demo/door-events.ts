import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { DoorResource } from '@sallyport/contracts/client/index.ts';
import { sseEvents } from '@sallyport/hub/vendors/kit/sse.ts';

/** When the door was told of a change of a device; `performance.now()`. */
export interface Told {
  readonly deviceId: string;
  readonly compliant: boolean;
  readonly at: number;
}

/** What a door hears from the hub (`GET /doors/{id}/events`). */
export class DoorEvents {
  readonly #stream: IncomingMessage;
  readonly #heard: Told[] = [];
  #wake = Promise.withResolvers<void>();

  private constructor(stream: IncomingMessage) {
    this.#stream = stream;
  }

  static async follow(door: DoorResource, hubUrl: string, ca: string): Promise<DoorEvents> {
    const sent = request(`${hubUrl}/doors/${door.id}/events`, {
      ca,
      agent: false,
      headers: { accept: 'text/event-stream', 'x-sallyport-door-key': door.secret ?? '' },
    }).end();
    const [stream] = (await once(sent, 'response')) as [IncomingMessage];
    if (stream.statusCode !== 200) throw new Error(`The events of the door answered ${stream.statusCode ?? 0}.`);
    // The end of the hub breaks the stream; what that means is told by who waits for an event.
    sent.on('error', () => undefined);
    const events = new DoorEvents(stream);
    void events.#read();
    return events;
  }

  /** The first time after `since` that the door heard so of the device. */
  async heard(deviceId: string, compliant: boolean, since: number): Promise<Told> {
    for (;;) {
      const found = this.#heard.find(
        (told) => told.deviceId === deviceId && told.compliant === compliant && told.at >= since,
      );
      if (found !== undefined) return found;
      await this.#wake.promise;
    }
  }

  close(): void {
    this.#stream.destroy();
  }

  async #read(): Promise<void> {
    try {
      for await (const event of sseEvents(this.#stream as AsyncIterable<Buffer>)) {
        if (event.name !== 'access-changed') continue;
        const { deviceId, compliant } = JSON.parse(event.data) as Omit<Told, 'at'>;
        this.#heard.push({ deviceId, compliant, at: performance.now() });
        this.#wake.resolve();
        this.#wake = Promise.withResolvers();
      }
    } catch {
      // The stream was closed: by us at the end, or with the hub, and then the gate's answers tell.
    }
  }
}
