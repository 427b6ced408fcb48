import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TrustedClock, type TimeMark, type TimeSource } from './trusted-clock.ts';

const START = Date.parse('2026-03-02T09:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A machine whose clock is set by the test. */
class Machine implements TimeSource {
  at = START;
  ran = 0;
  wall(): number {
    return this.at;
  }
  monotonic(): number {
    return this.ran;
  }
  passes(ms: number): void {
    this.at += ms;
    this.ran += ms;
  }
  isSet(ms: number): void {
    this.at += ms;
  }
}

function started(mark?: Partial<TimeMark>, database?: number): { machine: Machine; clock: TrustedClock } {
  const machine = new Machine();
  const clock = new TrustedClock(machine);
  clock.start(mark && { at: START, inDoubt: false, deletionHeld: false, ...mark }, database);
  return { machine, clock };
}

test('time goes by, and small corrections are followed', () => {
  const { machine, clock } = started();
  machine.passes(DAY);
  machine.isSet(4 * MINUTE);
  expect([clock.now(), clock.doubt, clock.look(), clock.mayDelete]).toEqual([
    START + DAY + 4 * MINUTE,
    undefined,
    undefined,
    true,
  ]);
});

test.each([[8 * DAY], [-8 * DAY], [400 * DAY], [-40 * 365 * DAY], [5 * MINUTE + 1]])(
  'a jump of %s ms is a doubt with the very first look, in which the earlier time counts, and ends with its return',
  (jump) => {
    const { machine, clock } = started();
    machine.isSet(jump);
    expect([clock.now(), clock.doubt, clock.mayDelete]).toEqual([START + Math.min(0, jump), 'jump', false]);
    machine.passes(10 * MINUTE);
    expect([clock.now(), clock.look()]).toEqual([START + Math.min(0, jump) + 10 * MINUTE, undefined]);
    machine.isSet(-jump);
    expect(clock.look()).toEqual({ reason: 'jump', by: 'agreement', beganAt: START, forwardMs: 0 });
    expect([clock.now(), clock.doubt, clock.mayDelete]).toEqual([START + 10 * MINUTE, undefined, true]);
  },
);

test('after an hour the new time counts, and deleting waits for a command', () => {
  const { machine, clock } = started();
  machine.isSet(8 * DAY);
  clock.look();
  machine.passes(HOUR);
  expect(clock.look()).toEqual({ reason: 'jump', by: 'expiry', beganAt: START + 8 * DAY, forwardMs: 8 * DAY });
  expect([clock.now(), clock.doubt, clock.mayDelete]).toEqual([START + 8 * DAY + HOUR, undefined, false]);
  clock.confirm();
  expect(clock.mayDelete).toBe(true);
});

test('vendors confirm a new time when more of them show it than not, by what they answer after the jump', () => {
  const { machine, clock } = started();
  clock.heard('early.example', START + 8 * DAY);
  machine.isSet(8 * DAY);
  expect(clock.look()).toBeUndefined();
  clock.heard('one.example', START);
  clock.heard('two.example', START + 8 * DAY + MINUTE);
  expect(clock.look()).toBeUndefined();
  clock.heard('three.example', START + 8 * DAY - MINUTE);
  expect(clock.look()).toMatchObject({ by: 'confirmation' });
  expect(clock.mayDelete).toBe(true);
});

test('a start behind the mark is a doubt until the clock has come past it', () => {
  const { machine, clock } = started({ at: START + 60 * DAY });
  expect([clock.doubt, clock.now(), clock.mark.at]).toEqual(['behindMark', START, START + 60 * DAY]);
  machine.passes(MINUTE);
  machine.isSet(61 * DAY);
  expect([clock.look()?.by, clock.now()]).toEqual(['agreement', START + 61 * DAY + MINUTE]);
});

test('downtime is no jump, but after a long one nothing is deleted until the time is confirmed, whatever restarts come between', () => {
  expect(started({ at: START - DAY + 1 }).clock.mayDelete).toBe(true);
  const { clock } = started({ at: START - 500 * DAY });
  expect([clock.doubt, clock.mayDelete]).toEqual([undefined, false]);
  const again = started(clock.mark).clock;
  expect(again.mayDelete).toBe(false);
  again.heard('vendor.example', START);
  again.look();
  expect(again.mayDelete).toBe(true);
});

test('a restart in the middle of a doubt does not end it', () => {
  const first = started();
  first.machine.isSet(8 * DAY);
  const { mark } = first.clock;
  const second = new TrustedClock(first.machine);
  second.start(mark, undefined);
  expect([second.doubt, second.now()]).toEqual(['jump', START]);
});

test('the clock of the database raises a doubt and ends it; a difference that was there for an hour raises no other', () => {
  const { machine, clock } = started(undefined, START - 60 * DAY);
  expect([clock.doubt, clock.now()]).toEqual(['database', START - 60 * DAY]);
  expect(clock.look(START - 60 * DAY)).toBeUndefined();
  machine.passes(HOUR);
  expect(clock.look(START - 60 * DAY + HOUR)).toMatchObject({ by: 'expiry' });
  machine.passes(MINUTE);
  expect([clock.look(START - 60 * DAY + HOUR + MINUTE), clock.doubt]).toEqual([undefined, undefined]);

  const other = started({ at: START + 60 * DAY }, START + MINUTE).clock;
  expect([other.doubt, other.mayDelete]).toEqual([undefined, true]);
  expect([other.look(START + 8 * DAY), other.doubt]).toEqual([undefined, 'database']);
  expect(other.look(START)).toMatchObject({ by: 'confirmation' });
});

test.each([[-4 * MINUTE], [4 * MINUTE]])(
  'a clock that is set in steps of %s ms, each a small correction, is a doubt with the second, however often it is looked at',
  (step) => {
    const { machine, clock } = started();
    const doubts = Array.from({ length: 3 }, () => {
      machine.passes(1_000);
      machine.isSet(step);
      clock.look();
      return clock.inDoubt;
    });
    expect(doubts).toEqual([false, true, true]);
    machine.isSet(-3 * step);
    expect([clock.look()?.by, clock.inDoubt]).toEqual(['agreement', false]);
  },
);

test('a running hub that comes to be more than five minutes behind the stored mark is in doubt until the clock has passed it', () => {
  const { machine, clock } = started({ at: START + 4 * MINUTE });
  expect(clock.inDoubt).toBe(false);
  machine.isSet(-4 * MINUTE);
  expect([clock.doubt, clock.now(), clock.mark.at]).toEqual(['behindMark', START - 4 * MINUTE, START + 4 * MINUTE]);
  machine.isSet(4 * MINUTE);
  expect([clock.look()?.by, clock.inDoubt]).toEqual(['agreement', false]);
});

test('corrections of less than five minutes an hour are followed for days, and what another clock confirms is followed at once', () => {
  const slow = started();
  for (let hour = 0; hour < 50; hour += 1) {
    slow.machine.passes(HOUR);
    slow.machine.isSet(-4 * MINUTE);
    slow.clock.look();
    expect(slow.clock.inDoubt).toBe(false);
  }
  const confirmed = started(undefined, START);
  for (let step = 1; step <= 5; step += 1) {
    confirmed.machine.isSet(4 * MINUTE);
    confirmed.clock.look(confirmed.machine.at);
    expect(confirmed.clock.inDoubt).toBe(false);
  }
});

test('whatever the clock does for less than an hour, the time is never ahead of what went by, nor of the wall clock in doubt', () => {
  const step = fc.record({
    passes: fc.integer({ min: 0, max: 4 * MINUTE }),
    isSet: fc.oneof(fc.constant(0), fc.integer({ min: -4000 * DAY, max: 4000 * DAY })),
    looks: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 14 }), (steps) => {
      const { machine, clock } = started();
      for (const { passes, isSet, looks } of steps) {
        machine.passes(passes);
        // Corrections below the tolerance are followed, and not meant here.
        if (Math.abs(isSet) > 10 * MINUTE) machine.isSet(isSet);
        if (looks) clock.look();
        expect(clock.now()).toBeLessThanOrEqual(START + machine.ran + steps.length * 5 * MINUTE);
        if (clock.inDoubt) expect(clock.now()).toBeLessThanOrEqual(machine.at);
        if (clock.inDoubt) expect(clock.mayDelete).toBe(false);
      }
    }),
  );
});
