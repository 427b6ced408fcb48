import type { Feed, VendorConnection, VendorTools } from '../vendor.ts';
import { VendorError } from '../kit/vendor-error.ts';
import type { PollClient, PollRequest } from './client.ts';
import { createPollClient } from './client.ts';
import type { SharedSignalsSettings } from './settings.ts';
import type { SetVerifier } from './verify-set.ts';
import { SetRefused } from './verify-set.ts';
import type { KeptSet } from './wire.ts';

/** Tokens asked for at once. */
const AT_ONCE = 100;
/** An answer that took longer was held back until there was something: such a transmitter is asked again at once. */
const HELD_BACK_MS = 1_000;

/** Polls where the settings say so. Without it there is nothing to ask: the transmitter pushes. */
export function connectSharedSignals(
  settings: SharedSignalsSettings,
  verifier: SetVerifier,
  tools: VendorTools,
): VendorConnection {
  const client = createPollClient(settings, tools);
  const test = async (signal: AbortSignal): Promise<string> => {
    const { keys } = await verifier.transmitter.keys();
    const known = `The transmitter publishes ${keys.length} ${keys.length === 1 ? 'key' : 'keys'}`;
    if (client === undefined) return `${known}. Nothing is polled: this link waits for it to push.`;
    await client.poll({ maxEvents: 0, returnImmediately: true, ack: [], setErrs: {} }, signal);
    return `${known} and lets us poll.`;
  };
  if (client === undefined) return { test };
  const poller = new Poller(client, verifier, tools);
  return {
    get pollEveryMs() {
      return poller.heldBack ? 0 : settings.pollSeconds * 1000;
    },
    poll: (feed) => poller.round(feed),
    test,
  };
}

/** RFC 8936 as recipient: each token is acknowledged once what it said is durable, and not before. */
class Poller {
  readonly #client: PollClient;
  readonly #verifier: SetVerifier;
  readonly #tools: VendorTools;
  /** To be told with the next request. In memory: what was not acknowledged comes again, and has no second effect. */
  #ack: string[] = [];
  #setErrs: Record<string, PollRequest['setErrs'][string]> = {};
  heldBack = false;

  constructor(client: PollClient, verifier: SetVerifier, tools: VendorTools) {
    this.#client = client;
    this.#verifier = verifier;
    this.#tools = tools;
  }

  /** Goes on until the transmitter has nothing new. */
  async round(feed: Feed): Promise<void> {
    let settled: ReadonlySet<string> = new Set();
    for (;;) {
      const { sets, more } = await this.#ask(feed.signal);
      const known = settled;
      const news = [...sets].filter(([jti]) => !known.has(jti));
      if (news.length > 0) await this.#take(news, feed);
      // One that does not mind what we acknowledge would send the same for ever; it is asked again later.
      if (news.length === 0 && (sets.size > 0 || !more)) return;
      settled = new Set(sets.keys());
    }
  }

  async #ask(signal: AbortSignal) {
    const { clock } = this.#tools;
    const ack = this.#ack;
    const setErrs = this.#setErrs;
    const askedAt = clock.now();
    const answer = await this.#client.poll({ maxEvents: AT_ONCE, returnImmediately: false, ack, setErrs }, signal);
    this.heldBack = clock.now() - askedAt > HELD_BACK_MS;
    // What was added meanwhile is told the next time; there is none, since one request is under way at a time.
    this.#ack = [];
    this.#setErrs = {};
    return answer;
  }

  async #take(sets: readonly (readonly [string, string])[], feed: Feed): Promise<void> {
    const ack: string[] = [];
    const setErrs: Record<string, PollRequest['setErrs'][string]> = {};
    const records: KeptSet[] = [];
    let undecided: VendorError | undefined;
    for (const [jti, set] of sets) {
      try {
        const verified = await this.#verifier.verify(set);
        if (verified.record !== undefined) records.push(verified.record);
        if (verified.streamStatus !== undefined)
          this.#tools.log.warn({ status: verified.streamStatus }, 'the transmitter announces a change of the stream');
        ack.push(jti);
      } catch (error) {
        if (error instanceof VendorError) {
          // Its key cannot be had now. It is neither taken nor refused, so it comes again; the others do not wait for it.
          undecided = error;
          continue;
        }
        if (!(error instanceof SetRefused)) throw error;
        setErrs[jti] = { err: error.err, description: error.message };
        this.#tools.log.warn({ jti, err: error.err }, `a polled token was not taken: ${error.message}`);
      }
    }
    await feed.take(records);
    this.#ack = ack;
    this.#setErrs = setErrs;
    if (undecided !== undefined) throw undecided;
  }
}
