import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { takeReports } from '../api/partner/take-call.ts';
import type { Store } from '../store/store.ts';
import {
  furnish,
  LOOKOUT,
  phone,
  pipelineOnMachine,
  temporaryStore,
  TestMachine,
  ZIMPERIUM,
  type TestPipeline,
} from './testing.ts';

/**
 * A whole hub on SQLite: whatever partners send, whoever renames the phone, however often the hub restarts and wherever its clock jumps
 * and comes back, what an identity closed stays closed until that identity reports better and newer. All of it happens within five days,
 * before anything ends by itself. The times of partners are their own, and may be wrong as well.
 */
const HISTORIES = process.env['SALLYPORT_HISTORIES'];
const SEARCH = HISTORIES === undefined ? { numRuns: 150, seed: 1 } : { numRuns: Math.ceil(Number(HISTORIES) / 50) };

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Clocks that differ by less are not in doubt. */
const UNNOTICED = 6 * MINUTE;
const BETTER = ['secured', 'lowSeverity'];
const WORSE = ['mediumSeverity', 'highSeverity', 'compromised'];
const APP = ['deactivated', 'misconfigured'];

interface Report {
  readonly kind: 'reports';
  readonly partner: string;
  readonly identity: string;
  readonly by: 'management' | 'serial' | 'both' | 'itself';
  readonly state: string;
  readonly told: number;
  readonly spoilt: 'nothing' | 'state' | 'time' | 'key';
}
type Step =
  | Report
  | { readonly kind: 'clock' | 'passes'; readonly ms: number }
  | { readonly kind: 'withdraws' | 'returns'; readonly partner: string }
  | { readonly kind: 'renamed' | 'otherSerial' | 'sameSerial' | 'restarts' | 'clockBack' | 'again' };

const partner = fc.constantFrom(LOOKOUT, LOOKOUT, LOOKOUT, ZIMPERIUM);
const reports: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('reports' as const),
  partner,
  identity: fc.constantFrom('one', 'two'),
  by: fc.constantFrom('serial' as const, 'serial' as const, 'management' as const, 'both' as const, 'itself' as const),
  state: fc.constantFrom(
    'secured',
    'secured',
    'secured',
    'secured',
    'lowSeverity',
    'highSeverity',
    'highSeverity',
    'mediumSeverity',
    'compromised',
    'deactivated',
    'misconfigured',
    'activated',
    'unresponsive',
  ),
  told: fc.oneof(
    { weight: 8, arbitrary: fc.constant(0) },
    fc.integer({ min: -7, max: 7 }).map((s) => s * SECOND),
    fc.integer({ min: -5, max: 5 }).map((h) => h * HOUR),
    fc.integer({ min: -400, max: 4_000 }).map((d) => d * DAY),
  ),
  spoilt: fc.oneof(
    { weight: 9, arbitrary: fc.constant('nothing' as const) },
    { weight: 1, arbitrary: fc.constantFrom('state' as const, 'time' as const, 'key' as const) },
  ),
});
const moves: fc.Arbitrary<Step> = fc.oneof(
  fc.integer({ min: 1, max: 100 }).map((s): Step => ({ kind: 'passes', ms: s * SECOND })),
  fc.integer({ min: 1, max: 480 }).map((m): Step => ({ kind: 'passes', ms: m * MINUTE })),
  fc.integer({ min: -400, max: 400 }).map((s): Step => ({ kind: 'clock', ms: s * SECOND })),
  fc.integer({ min: -3_000, max: 3_000 }).map((d): Step => ({ kind: 'clock', ms: d * DAY })),
  fc.constant<Step>({ kind: 'clockBack' }),
  fc.constant<Step>({ kind: 'restarts' }),
);
const other: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom<Step>({ kind: 'renamed' }, { kind: 'otherSerial' }, { kind: 'sameSerial' }, { kind: 'again' }),
  fc.record({ kind: fc.constantFrom('withdraws' as const, 'returns' as const), partner }),
);
/** Bad news first: what follows are attempts to open. */
const badNews = fc
  .record({ by: fc.constantFrom('serial' as const, 'both' as const), state: fc.constantFrom(...WORSE, ...APP) })
  .map(
    ({ by, state }): Step => ({
      kind: 'reports',
      partner: LOOKOUT,
      identity: 'one',
      by,
      state,
      told: 0,
      spoilt: 'nothing',
    }),
  );
const history = fc
  .tuple(
    badNews,
    fc.array(
      fc.oneof({ weight: 6, arbitrary: reports }, { weight: 4, arbitrary: moves }, { weight: 1, arbitrary: other }),
      { minLength: 3, maxLength: 10 },
    ),
  )
  .map(([first, steps]) => [first, ...steps]);

let machine: TestMachine;
let store: Store;
let hub: TestPipeline;
beforeAll(async () => {
  machine = new TestMachine();
  store = await temporaryStore();
  hub = await pipelineOnMachine(machine, store);
  await furnish(hub);
});
afterAll(async () => {
  await hub.close();
  await store.close();
});

interface Heard {
  readonly report: Report;
  /** The earlier of what the partner told and the true time of its receipt. */
  readonly at: number;
}

/** One phone, and what closed it. */
class Phone {
  readonly id = randomUUID();
  readonly #serial = this.id.slice(0, 8);
  #name = 0;
  #off = 0;
  #heard: Heard[] = [];
  #closedBy: Heard[] = [];
  #last: unknown;

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'reports':
        return this.#report(step);
      case 'again':
        if (this.#last !== undefined) await this.#send(LOOKOUT, this.#last);
        return;
      case 'clock':
        return this.#set(step.ms);
      case 'clockBack':
        return this.#set(-this.#off);
      case 'passes':
        machine.advance(step.ms);
        return hub.tick();
      case 'restarts':
        return this.#restart();
      case 'withdraws':
        return hub.provisioning.provision(step.partner, false);
      case 'returns':
        return hub.provisioning.provision(step.partner, true);
      case 'renamed':
        return this.put(this.#serial);
      default:
        return this.put(step.kind === 'otherSerial' ? `${this.#serial}-other` : this.#serial);
    }
  }

  put(serialNumber: string): Promise<void> {
    return hub.devices.put(
      'test',
      phone(this.id, machine.wall(), { serialNumber, deviceName: `phone ${(this.#name += 1)}` }),
    );
  }

  async #set(ms: number): Promise<void> {
    this.#off += ms;
    machine.set(ms);
    await hub.tick();
  }

  async #restart(): Promise<void> {
    await hub.close();
    hub = await pipelineOnMachine(machine, store);
  }

  async #report(report: Report): Promise<void> {
    const raw = rawOf(report, this.id, this.#serial);
    if (report.partner === LOOKOUT) this.#last = raw;
    const status = await this.#send(report.partner, raw);
    if (status === undefined || status === 'rejected' || status === 'duplicate') return;
    const heard: Heard = { report, at: Math.min(machine.at, machine.at + report.told) };
    const isNewest = !this.#heard.some(
      ({ report: { partner, identity }, at }) =>
        partner === report.partner && identity === report.identity && at > heard.at - UNNOTICED,
    );
    this.#heard.push(heard);
    this.#closedBy = this.#closedBy.filter((closing) => !mayEnd(heard, closing, this.#isTied(report)));
    if (status === 'accepted' && isNewest && [...WORSE, ...APP].includes(report.state) && !this.isOpen())
      this.#closedBy.push(heard);
  }

  /** Management has tied the identity to the phone, by this report or an earlier one. */
  #isTied({ partner, identity }: Report): boolean {
    return this.#heard.some(
      ({ report }) =>
        report.partner === partner &&
        report.identity === identity &&
        (report.by === 'management' || report.by === 'both'),
    );
  }

  /** What became of it; `undefined` where the partner is not listened to, or the phone was not found. */
  async #send(partner: string, raw: unknown): Promise<string | undefined> {
    const [result] = await takeReports(hub.intake, partner, [raw], machine.wall()).catch((error: unknown) => {
      if ((error as { code?: string }).code === 'connector_unavailable') return [];
      throw error;
    });
    return result === undefined || result.matched === false ? undefined : result.status;
  }

  isOpen(): boolean {
    return hub.decider.view.posture(this.id)?.complianceState === 'compliant';
  }

  get closedBy(): readonly Heard[] {
    return this.#closedBy;
  }

  async leave(): Promise<void> {
    await this.#set(-this.#off);
    await hub.clockControl?.confirm('test');
    for (const id of [LOOKOUT, ZIMPERIUM]) {
      await hub.provisioning.provision(id, true);
      await hub.intake.heartbeat(id);
    }
    await hub.tick();
    await hub.devices.remove('test', this.id);
  }
}

/** Whether the decision lets the report end what closed the phone. */
function mayEnd({ report, at }: Heard, closing: Heard, isTied: boolean): boolean {
  const { partner, identity, state } = closing.report;
  if (report.partner !== partner || at < closing.at - UNNOTICED) return false;
  if (report.identity === identity)
    return (
      BETTER.includes(report.state) ||
      WORSE.includes(report.state) ||
      (APP.includes(state) && report.state !== 'unresponsive')
    );
  // A newer installation cures the app; one that management ties to the phone supersedes the other's level.
  return APP.includes(state) || isTied;
}

function rawOf({ identity, by, state, told, spoilt }: Report, id: string, serial: string): unknown {
  return {
    reportId: randomUUID(),
    threatState: spoilt === 'state' ? `${state}!` : state,
    observedDateTime: spoilt === 'time' ? '2026-02-30T25:00' : new Date(machine.at + told).toISOString(),
    device: {
      vendorDeviceId: `${id}-${identity}`,
      ...((by === 'management' || by === 'both') && { managedDeviceId: id }),
      ...((by === 'serial' || by === 'both') && { serialNumber: serial }),
      ...(spoilt === 'key' && { imei: '123' }),
    },
  };
}

test('what an identity closed opens only by its own newer and better report, through restarts, renames, withdrawals and jumps of the clock', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (steps) => {
      const device = new Phone();
      await device.put(device.id.slice(0, 8));
      try {
        for (const [place, step] of steps.entries()) {
          await device.take(step);
          if (device.closedBy.length > 0)
            expect({ place, closedBy: device.closedBy, open: device.isOpen() }).toEqual({
              place,
              closedBy: device.closedBy,
              open: false,
            });
        }
      } finally {
        await device.leave();
      }
    }),
    SEARCH,
  );
}, 3_600_000);
