import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { startPostgres, type PostgresServer } from '@sallyport/simulators/postgres';
import { AwayDoor, SlowDoor, StuckDoor } from './away-door.ts';
import { EventHub } from './event-hub.ts';

/** `npm run nightly` asks for 500. */
const DOORS = Number(process.env['SALLYPORT_AWAY_DOORS'] ?? 15);
const LIMIT_MS = 60_000 + DOORS * 2_000;
const HAPPENED = 20_000;
const AWAY_FOR = [0, 100, 3_700, 9_000, 20_000];
const IDS = Array.from({ length: DOORS }, (_, n) => `door-${n}`);

let hub: EventHub | undefined;
let doors: readonly AwayDoor[] = [];
let postgres: PostgresServer | undefined;

afterEach(async () => {
  for (const door of doors) door.leave();
  await hub?.close();
  hub = undefined;
});
afterAll(() => postgres?.stop());

/** Each of them was away for as long as one of `AWAY_FOR`. */
function awayDoors(of: EventHub): readonly AwayDoor[] {
  return IDS.map((id, n) => new AwayDoor(of, id, HAPPENED - (AWAY_FOR[n % AWAY_FOR.length] as number)));
}

async function expectSameView(of: EventHub, all: readonly AwayDoor[]): Promise<void> {
  await Promise.all(all.map((door) => door.knows(of.events.length)));
  const view = of.viewAt(of.events.length);
  expect(all.map(({ outOfOrder, resets }) => ({ outOfOrder, resets }))).toEqual(
    all.map(() => ({ outOfOrder: 0, resets: 0 })),
  );
  for (const door of all) expect(door.view).toEqual(view);
}

describe.each(['SQLite', 'PostgreSQL'])('doors that were away, on %s', (database) => {
  const openHub = async (): Promise<EventHub> => {
    if (database === 'SQLite') return EventHub.start(IDS);
    postgres ??= await startPostgres();
    return EventHub.start(IDS, await postgres.createDatabase());
  };

  test(
    'miss nothing and hear nothing twice, however long it was, and across restarts of the hub',
    async () => {
      hub = await openHub();
      await hub.happen(HAPPENED);
      doors = awayDoors(hub);
      await hub.restart();
      for (const door of doors) door.comeBack();
      // In the middle of it much happens, the hub is restarted, and some doors come and go.
      await hub.happen(500);
      await hub.restart();
      const comingAndGoing = Promise.all(
        doors.map(async (door, n) => {
          for (let times = n % 3; times > 0; times -= 1) {
            await door.knows(door.position + 1);
            door.leave();
            door.comeBack();
          }
        }),
      );
      await hub.happen(500);
      await comingAndGoing;
      await expectSameView(hub, doors);
      // Away again, while the hub stays: from memory, and from memory and the database.
      for (const [n, door] of doors.entries()) if (n % 2 === 0) door.leave();
      await hub.happen(3_700);
      for (const [n, door] of doors.entries()) if (n % 4 === 0) door.comeBack();
      await hub.happen(5_300);
      for (const [n, door] of doors.entries()) if (n % 4 === 2) door.comeBack();
      await expectSameView(hub, doors);
      expect(hub.cuts.all()).toEqual([]);
    },
    LIMIT_MS,
  );
});

test(
  'one that does not read is cut, and neither those that read slowly nor the memory of the hub suffer',
  async () => {
    hub = await EventHub.start(IDS, undefined, { heartbeatMs: 500, stallMs: 4_000 });
    await hub.happen(HAPPENED);
    doors = [
      new StuckDoor(hub, 'door-0', 0),
      new SlowDoor(hub, 'door-1', 0),
      ...IDS.slice(2, 6).map((id) => new AwayDoor(hub as EventHub, id, 0)),
    ];
    const [stuck, ...readers] = doors as [AwayDoor, ...AwayDoor[]];
    for (const door of doors) door.comeBack();
    let mostWaiting = 0;
    const watching = setInterval(() => {
      mostWaiting = Math.max(mostWaiting, (hub as EventHub).mostWaiting);
    }, 5);
    await expectSameView(hub, readers);
    const { cuts } = hub;
    await expect.poll(() => cuts.all()).toEqual([{ door: 'door-0', reason: 'not_reading', count: 1 }]);
    clearInterval(watching);
    stuck.leave();
    expect(mostWaiting).toBeLessThan(200_000);
  },
  LIMIT_MS,
);
