/**
 * One partner that reports, and many doors that listen, in a process of their own so that one clock times
 * both. Settings as JSON in `DOORS`; prints the figures as JSON.
 */
import { Agent, request } from 'node:http';
import { deviceId } from '../fleet/people.ts';
import { percentile } from '../shared/statistics.ts';
import { Subscriber } from './subscriber.ts';

export interface DoorsSettings {
  readonly hubUrl: string;
  readonly partner: string;
  readonly doors: number;
  readonly reports: number;
  /** Makes the ids of the reports of this run its own. */
  readonly run: string;
}

/** Milliseconds until the last of all doors was told. */
export interface DoorsFigures {
  readonly fromSent: Quantiles;
  readonly fromAcknowledged: Quantiles;
}

export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const settings = JSON.parse(process.env['DOORS'] ?? '') as DoorsSettings;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
/** Phones that only this partner reports on, so that each report changes the access of one. */
const PHONES = 40;
const PAUSE_MS = 5;

const doors: Subscriber[] = [];
for (let i = 0; i < settings.doors; i += 1) doors.push(await Subscriber.open(settings.hubUrl));
const fromSent: number[] = [];
const fromAcknowledged: number[] = [];
// Both states once for every phone first: from then on each report changes what the one before it said.
for (let n = 0; n < PHONES; n += 1) await send(n, n, 'secured');
for (let n = 0; n < settings.reports; n += 1) {
  const phone = n % PHONES;
  const told = Promise.all(doors.map((door) => door.told(phoneId(phone))));
  const sent = performance.now();
  const acknowledged = send(phone, PHONES + n, Math.floor(n / PHONES) % 2 === 0 ? 'highSeverity' : 'secured').then(() =>
    performance.now(),
  );
  const last = Math.max(...(await told));
  fromSent.push(last - sent);
  fromAcknowledged.push(Math.max(0, last - (await acknowledged)));
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}
for (const door of doors) door.close();
agent.destroy();
const figures: DoorsFigures = { fromSent: quantiles(fromSent), fromAcknowledged: quantiles(fromAcknowledged) };
console.log(JSON.stringify(figures));

/** The partner knows only every second phone; see `people.ts`. */
function phoneId(n: number): string {
  return deviceId(n * 2);
}

function send(phone: number, n: number, threatState: string): Promise<void> {
  const body = JSON.stringify({
    reports: [
      {
        reportId: `${settings.run}-${n}`,
        device: { managedDeviceId: phoneId(phone) },
        observedDateTime: new Date().toISOString(),
        threatState,
      },
    ],
  });
  return new Promise((resolve, reject) => {
    const outgoing = request(
      new URL('/partner/v1/device-health', settings.hubUrl),
      {
        method: 'POST',
        agent,
        headers: {
          authorization: settings.partner,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (response) => {
        response.resume();
        response.on('end', () =>
          response.statusCode === 200 ? resolve() : reject(new Error(`The report gets ${response.statusCode}.`)),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function quantiles(values: readonly number[]): Quantiles {
  const sorted = values.toSorted((a, b) => a - b);
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), max: sorted.at(-1) ?? Number.NaN };
}
