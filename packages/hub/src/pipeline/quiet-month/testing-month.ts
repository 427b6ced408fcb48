import type { TestPipeline } from '../testing.ts';
import { STRICT } from '../../store/store.ts';
import type { Made } from './testing-fleet.ts';
import { hasAccess, intoHub } from './testing-hub.ts';
import type { World } from './testing-world.ts';

const HOUR = 3_600_000;
/** A report is of minutes before it is received; ends are counted from the one or the other. */
const REPORT_DELAY_MS = 15 * 60_000;
const GRACE_MS = 7 * 24 * HOUR;

export interface Lived {
  /** What was not as the world has it, at the first time at which anything was not. */
  readonly wrong: readonly string[];
  readonly everClosed: ReadonlySet<Made>;
}

/**
 * Lets world and hub go on together. Just after a step what became worse has to count; an hour later everything has to. A device
 * in `overlooked` is not looked at until its partners report of it again.
 */
export async function live(
  hub: TestPipeline,
  world: World,
  steps: number,
  overlooked: Set<Made> = new Set(),
): Promise<Lived> {
  const everClosed = new Set<Made>();
  const sink = intoHub(hub, { [STRICT]: true });
  const graceEnds = world.now + GRACE_MS;
  for (let step = 0; step < steps; step += 1) {
    hub.clock.at = world.askedAt;
    await world.step(sink);
    for (const device of world.touched) overlooked.delete(device);
    for (const isJustAsked of [true, false]) {
      await hub.tick();
      const wrong = differences(hub, world, isJustAsked, overlooked)
        .filter((device) => !hasGrace(hub, device, graceEnds))
        .map((device) => describeDevice(hub, world, device, world.isClosed(device, hub.clock.now())));
      if (wrong.length > 0) return { wrong, everClosed };
      hub.clock.advance(HOUR);
    }
    for (const device of world.devices) if (!hasAccess(hub, device)) everClosed.add(device);
  }
  return { wrong: [], everClosed };
}

function differences(
  hub: TestPipeline,
  world: World,
  isJustAsked: boolean,
  overlooked: ReadonlySet<Made>,
): readonly Made[] {
  return world.devices.filter((device) => {
    const closed = !hasAccess(hub, device);
    const expected = world.isClosed(device, hub.clock.now());
    if (expected && !world.isClosed(device, hub.clock.now() + REPORT_DELAY_MS)) return false;
    return closed !== expected && !(isJustAsked && closed && world.touched.has(device)) && !overlooked.has(device);
  });
}

/** Where a system's name is understood since this version, missing data has a week. */
function hasGrace(hub: TestPipeline, { id }: Made, ends: number): boolean {
  const { complianceState, reasons = [] } = hub.decider.view.posture(id) ?? {};
  return (
    complianceState === 'inGracePeriod' &&
    hub.clock.now() < ends &&
    reasons.some(({ code }) => code === 'partner_data_missing')
  );
}

/** All that is known of a device, for whoever reads a failure. */
export function describeDevice(hub: TestPipeline, world: World, device: Made, expected: boolean): string {
  const posture = hub.decider.view.posture(device.id);
  return JSON.stringify({
    day: (hub.clock.now() - world.options.start) / 86_400_000,
    expected: expected ? 'closed' : 'open',
    device,
    reasons: posture?.reasons,
    views: posture?.views,
    entries: world.entries
      .filter((entry) => entry.device.serial === device.serial)
      .map(({ device: of, ...entry }) => ({ ...entry, of: of.id })),
  });
}
