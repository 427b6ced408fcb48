import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HubClient } from '@sallyport/contracts/client/index.ts';
import { newDeviceAuthority } from '@sallyport/simulators/device-ca';
import { SseReader } from '@sallyport/simulators/doors';
import { hasNginx } from '@sallyport/simulators/gateways/nginx';
import { LookoutServer } from '@sallyport/simulators/vendors/lookout';
import { connectionFrom } from '../frame/connection.ts';
import { startHubChild } from '../sandbox/hub-child.ts';
import { authzenGate } from './authzen-gate.ts';
import type { Gate } from './gate.ts';
import { nginxGate } from './nginx-gate.ts';
import { doorPages, makeDoor, setUp } from './set-up.ts';

/** Everything the play needs, up and running. */
export interface Stage {
  readonly folder: string;
  readonly dataDir: string;
  readonly hub: HubClient;
  readonly ca: string;
  readonly lookout: LookoutServer;
  readonly zimperiumSecret: string;
  readonly gate: Gate;
  /** What the door hears from the hub. */
  readonly door: SseReader;
  /** Ends every process and removes every file; safe to repeat. */
  close(): Promise<void>;
}

export async function buildStage(withNginx: boolean): Promise<Stage> {
  const closers: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (let one = closers.pop(); one !== undefined; one = closers.pop()) await one();
  };
  try {
    return await build(withNginx && hasNginx(), closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(withNginx: boolean, closers: (() => unknown)[], close: () => Promise<void>): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-demo-'));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  const dataDir = join(folder, 'data');
  const child = await startHubChild(folder, ['--listen', 'localhost:0', '--outbound-allow', '127.0.0.1']);
  closers.push(() => child.stop());

  const lookout = new LookoutServer();
  const lookoutUrl = await lookout.listen();
  closers.push(() => lookout.close());

  const connection = await connectionFrom(
    { data: dataDir, url: undefined, tenant: undefined, clientId: undefined, ca: undefined },
    {},
  );
  const hub = new HubClient(connection);
  closers.push(() => hub.close());
  const zimperiumSecret = randomBytes(24).toString('base64url');
  await setUp(hub, { lookoutUrl, lookoutKey: lookout.applicationKey, zimperiumSecret });

  const deviceAuthority = await newDeviceAuthority();
  const made = await makeDoor(hub, deviceAuthority.cert);
  const caFile = join(dataDir, 'tls', 'ca.pem');
  const ca = await readFile(caFile, 'utf8');
  const door = await SseReader.open(`${hub.baseUrl}/doors/${made.id}/events`, ca, {
    'x-sallyport-door-key': made.secret ?? '',
  });
  closers.push(() => door.close());
  const gate = withNginx
    ? await nginxGate({
        hubUrl: hub.baseUrl,
        hubCaFile: caFile,
        door: made,
        pages: await doorPages(hub),
        deviceAuthority,
      })
    : authzenGate(hub);
  closers.push(() => gate.close());
  return { folder, dataDir, hub, ca, lookout, zimperiumSecret, gate, door, close };
}
