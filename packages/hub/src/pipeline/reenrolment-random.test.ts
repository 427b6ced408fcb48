import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DeviceKey } from '@sallyport/core';
import { ALICE, furnish, LOOKOUT, phone, report, testPipeline, type TestPipeline } from './testing.ts';

/**
 * Records of one phone, or of phones that somebody makes look like one: however they are registered, enrolled again, in contact, given
 * other keys and removed, whom bad news closed stays closed while nobody takes it back. All of it happens within a day.
 */
const HISTORIES = process.env['SALLYPORT_HISTORIES'];
const SEARCH = HISTORIES === undefined ? { numRuns: 50, seed: 1 } : { numRuns: Math.ceil(Number(HISTORIES) / 50) };

const HOUR = 3_600_000;
const RECORDS = [0, 1, 2] as const;
const KEYS = [
  { serialNumber: 'SN' },
  { serialNumber: 'SN' },
  { imei: 'IM' },
  { udid: 'UD' },
  { serialNumber: 'SN', imei: 'IM' },
  { serialNumber: 'other' },
  { serialNumber: 'Unknown' },
  {},
] as const;

type Step =
  | {
      readonly kind: 'put';
      readonly of: number;
      readonly enrolled: number;
      readonly contact: number;
      readonly keys: (typeof KEYS)[number];
      readonly entra: boolean;
    }
  | { readonly kind: 'contact' | 'remove' | 'enrolledNow'; readonly of: number }
  | { readonly kind: 'bad'; readonly of: number; readonly state: 'highSeverity' | 'mediumSeverity' | 'compromised' }
  | { readonly kind: 'good'; readonly by: 'serial' | 'itself' };

const of = fc.constantFrom(...RECORDS);
const put = fc.record({
  kind: fc.constant('put' as const),
  of,
  enrolled: fc.integer({ min: -30, max: 1 }),
  contact: fc.integer({ min: -30, max: 0 }),
  keys: fc.constantFrom(...KEYS),
  entra: fc.boolean(),
});
const bad = fc.record({
  kind: fc.constant('bad' as const),
  of,
  state: fc.constantFrom('highSeverity' as const, 'mediumSeverity' as const, 'compromised' as const),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: put },
  { weight: 2, arbitrary: bad },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('good' as const),
      by: fc.constantFrom('serial' as const, 'itself' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('contact' as const, 'remove' as const, 'enrolledNow' as const, 'enrolledNow' as const),
      of,
    }),
  },
);

let hub: TestPipeline;
beforeAll(async () => {
  hub = await testPipeline();
  await furnish(hub);
});
afterAll(() => hub.close());

class Phone {
  readonly #name = randomUUID().slice(0, 8);
  readonly #ids = RECORDS.map(() => randomUUID());
  readonly #entra = randomUUID();
  /** Records that bad news has closed. */
  readonly #closed = new Set<string>();

  async take(one: Step): Promise<void> {
    hub.clock.advance(60_000);
    await this.#do(one);
    for (const id of this.#ids) if (hub.decider.view.facts(id) === undefined) this.#closed.delete(id);
    for (const id of this.#ids)
      if (['highSeverity', 'mediumSeverity', 'compromised'].includes(hub.decider.view.posture(id)?.mergedState ?? ''))
        this.#closed.add(id);
  }

  async #do(one: Step): Promise<void> {
    switch (one.kind) {
      case 'put':
        return this.#put(one);
      case 'remove':
        await hub.devices.remove('test', this.#id(one.of));
        return;
      case 'contact':
        return this.#change(one.of, { lastSyncDateTime: at(0) });
      case 'enrolledNow':
        return this.#change(one.of, { enrolledDateTime: at(0), lastSyncDateTime: at(0) });
      case 'bad':
        return this.#report([{ type: 'managedDeviceId', value: this.#id(one.of) }], one.state);
      default:
        return this.#report(
          one.by === 'serial' ? [{ type: 'serialNumber', value: `${this.#name}-SN` }] : [],
          'secured',
        );
    }
  }

  #id(place: number): string {
    return this.#ids[place] as string;
  }

  async #put({ of: place, enrolled, contact, keys, entra }: Extract<Step, { kind: 'put' }>): Promise<void> {
    const named = Object.fromEntries(
      Object.entries(keys).map(([key, value]) => [
        key,
        value === 'Unknown' ? value : key === 'imei' ? '490154203237518' : `${this.#name}-${value}`,
      ]),
    );
    const taken = this.#ids.some(
      (id, other) => other !== place && hub.decider.view.deviceId({ grade: 'claim', value: this.#entra }) === id,
    );
    await hub.devices.put(
      'test',
      phone(this.#id(place), hub.clock.now() - 60 * 24 * HOUR, {
        ...named,
        enrolledDateTime: at(enrolled),
        lastSyncDateTime: at(contact),
        ...(entra && !taken && { azureADDeviceId: this.#entra }),
      }),
    );
  }

  async #change(place: number, more: Record<string, unknown>): Promise<void> {
    await hub.devices.change('test', this.#id(place), (before) =>
      Promise.resolve({ ...before, resource: { ...before.resource, ...more } }),
    );
  }

  async #report(
    keys: readonly DeviceKey[],
    state: 'secured' | 'highSeverity' | 'mediumSeverity' | 'compromised',
  ): Promise<void> {
    await hub.intake.take(LOOKOUT, [
      report(LOOKOUT, this.#name, {
        keys: [...keys, { type: 'vendorDeviceId', value: randomUUID() }],
        at: hub.clock.now(),
        state,
      }),
    ]);
  }

  /** Those that are open against a rule: closed by bad news, or superseded by one that is closed. */
  wronglyOpen(): readonly string[] {
    const isOpen = (id: string): boolean =>
      hub.decider.decide({ user: ALICE, application: 'office365', device: { grade: 'claim', value: id } }).decision;
    const isClosedBySuccessor = (id: string): boolean => {
      const successor = hub.decider.view.successorOf(id);
      return successor !== undefined && !isOpen(successor);
    };
    return this.#ids.filter((id) => isOpen(id) && (this.#closed.has(id) || isClosedBySuccessor(id)));
  }

  async leave(): Promise<void> {
    for (const id of this.#ids) await hub.devices.remove('test', id);
  }
}

function at(days: number): string {
  return new Date(hub.clock.now() + days * 24 * HOUR).toISOString();
}

test('whom bad news closed stays closed, whatever becomes of the records of the phone', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      const one = new Phone();
      try {
        for (const [place, taken] of [
          ...RECORDS.map(
            (n): Step => ({
              kind: 'put',
              of: n,
              enrolled: -40,
              contact: -40 + n,
              keys: KEYS[n === 2 ? 4 : 0],
              entra: n === 0,
            }),
          ),
          ...steps,
        ].entries()) {
          await one.take(taken);
          expect({ place, open: one.wronglyOpen() }).toEqual({ place, open: [] });
        }
      } finally {
        await one.leave();
      }
    }),
    SEARCH,
  );
}, 3_600_000);
