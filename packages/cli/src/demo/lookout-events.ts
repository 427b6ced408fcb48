import { randomUUID } from 'node:crypto';
import { sseEvents } from '@sallyport/hub/vendors/kit/sse.ts';
import { sample } from '@sallyport/simulators/samples';
import { ADA } from './people.ts';

/** A record of Lookout's event stream. */
type LookoutEvent = Readonly<Record<string, unknown>>;

/** What happens on Ada's phone, in Lookout's words. Each is made when it is told, with the time of that moment. */
export interface LookoutStory {
  readonly secure: () => readonly LookoutEvent[];
  readonly manInTheMiddle: () => readonly LookoutEvent[];
  readonly resolved: () => readonly LookoutEvent[];
}

/**
 * The story in the first batch of the sample: the device is secure, a threat opens, the device is at high risk,
 * the threat is resolved, the device is secure again. Taken as it is but for three things:
 *
 * - ids and times are new, because the hub takes each event once and an old one never changes what is current;
 * - the threat, an app in the sample, becomes a network with the classification ACTIVE_MITM and the detail
 *   `network_ssid`. Lookout's clients name both (docs/partners/lookout.md), but no sample of one is public;
 * - the e-mail address is Ada's (it is already) and the device management's id is that of her phone (likewise).
 */
export async function lookoutStory(): Promise<LookoutStory> {
  const [created, opened, atRisk, resolved, secure] = await firstBatch();
  if (
    created === undefined ||
    opened === undefined ||
    atRisk === undefined ||
    resolved === undefined ||
    secure === undefined
  )
    throw new Error("The sample of Lookout's stream has changed.");
  if (JSON.stringify(created).includes(ADA.deviceId) === false)
    throw new Error("The sample of Lookout's stream no longer speaks of this phone.");
  return {
    secure: () => [now(created)],
    manInTheMiddle: () => [now(asNetworkThreat(opened)), now(atRisk)],
    resolved: () => [now(asNetworkThreat(resolved)), now(secure)],
  };
}

async function firstBatch(): Promise<readonly LookoutEvent[]> {
  const bytes = Buffer.from(sample('lookout/mra-v2-stream-threats.constructed.sse'));
  for await (const event of sseEvents(once(bytes))) {
    if (event.name === 'events') return (JSON.parse(event.data) as { events: LookoutEvent[] }).events;
  }
  throw new Error("The sample of Lookout's stream holds no events.");
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function asNetworkThreat(event: LookoutEvent): LookoutEvent {
  const { assessments, ...threat } = event.threat as LookoutEvent;
  return {
    ...event,
    threat: {
      ...threat,
      type: 'NETWORK',
      classifications: ['ACTIVE_MITM'],
      details: { network_ssid: 'Free Airport WiFi' },
      ...(assessments === undefined ? {} : { assessments: [{ classification: 'ACTIVE_MITM' }] }),
    },
  };
}

function now(event: LookoutEvent): LookoutEvent {
  return { ...event, id: randomUUID(), created_time: new Date().toISOString().replace('Z', '+00:00') };
}
