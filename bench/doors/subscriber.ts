import { get } from 'node:http';
import { DOOR_ID, SECRET } from '../fleet/organisation.ts';

/** Listens to a door's events and says when each device's access changed. */
export class Subscriber {
  readonly #waiting = new Map<string, (at: number) => void>();
  #text = '';
  #close = (): void => {};

  /** Resolves once the hub has sent the position to resume from, so that nothing that follows is missed. */
  static async open(hubUrl: string): Promise<Subscriber> {
    const subscriber = new Subscriber();
    const url = new URL(`/doors/${DOOR_ID}/events`, hubUrl);
    await new Promise<void>((resolve, reject) => {
      const request = get(url, { headers: { 'x-sallyport-door-key': SECRET }, agent: false }, (response) => {
        if (response.statusCode !== 200) return reject(new Error(`The door gets ${response.statusCode}.`));
        response.setEncoding('utf8');
        response.once('data', () => resolve());
        response.on('data', (text: string) => subscriber.#take(text));
        response.on('error', () => {}); // Closing our side ends it.
      });
      request.on('error', reject);
      subscriber.#close = () => request.destroy();
    });
    return subscriber;
  }

  /** Resolves with the time at which this door is told of the device next. */
  told(deviceId: string): Promise<number> {
    return new Promise((resolve) => this.#waiting.set(deviceId, resolve));
  }

  close(): void {
    this.#close();
  }

  #take(text: string): void {
    const now = performance.now();
    this.#text += text;
    for (let end = this.#text.indexOf('\n\n'); end >= 0; end = this.#text.indexOf('\n\n')) {
      const deviceId = /"deviceId":"([^"]+)"/.exec(this.#text.slice(0, end))?.[1] ?? '';
      this.#text = this.#text.slice(end + 2);
      const resolve = this.#waiting.get(deviceId);
      this.#waiting.delete(deviceId);
      resolve?.(now);
    }
  }
}
