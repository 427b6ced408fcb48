import type { GraphBody } from '@sallyport/contracts/graph/model.ts';
import type { Expansion } from '@sallyport/contracts/graph/render.ts';
import type { DetectedAppRow } from '../../../store/store.ts';
import type { GraphDependencies } from '../routes/route.ts';

/** The detected apps of devices, by device id; devices without any are left out. */
export async function detectedAppsOf(
  { store }: Pick<GraphDependencies, 'store'>,
  deviceIds: readonly string[],
): Promise<ReadonlyMap<string, readonly GraphBody[]>> {
  const kept = await store.appInventory.ofDevices(deviceIds);
  const listed = kept.map(({ deviceId, apps }) => ({
    deviceId,
    ids: apps.filter((app) => app.listed).map((app) => app.id),
  }));
  const rows = new Map(
    (await store.appInventory.detected([...new Set(listed.flatMap((each) => each.ids))])).map((row) => [
      row.id,
      presentApp(row),
    ]),
  );
  return new Map(
    listed.map(({ deviceId, ids }) => [deviceId, ids.map((id) => rows.get(id)).filter((app) => app !== undefined)]),
  );
}

/** Devices with their detected apps, where `$expand` asks for them. */
export async function withDetectedApps(
  deps: Pick<GraphDependencies, 'store'>,
  devices: readonly GraphBody[],
  { expand }: { readonly expand: Expansion },
): Promise<readonly GraphBody[]> {
  if (expand.detectedApps === undefined) return devices;
  const apps = await detectedAppsOf(
    deps,
    devices.map((device) => String(device.id)),
  );
  return devices.map((device) => ({ ...device, detectedApps: apps.get(String(device.id)) ?? [] }));
}

export function presentApp({
  id,
  displayName,
  version,
  publisher,
  platform,
  sizeInByte,
  deviceCount,
}: DetectedAppRow): GraphBody {
  return { id, displayName, version, publisher, platform, sizeInByte, deviceCount };
}
