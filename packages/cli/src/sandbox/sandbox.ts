import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HubClient, tokenEndpointAt } from '@sallyport/contracts/client/index.ts';
import { freePort } from '@sallyport/hub/platform/free-port.ts';
import { ensureServerTls } from '@sallyport/hub/platform/tls.ts';
import { startHubChild } from './hub-child.ts';
import { serveControl } from './control.ts';
import { DEVICES, keysOf, UNKNOWN_DEVICE, type SandboxDevice } from './devices.ts';
import type { Exchange, Fault } from './exchange.ts';
import { Faults } from './faults.ts';
import { Gate } from './gate.ts';
import { setUpSandbox, type SandboxPartner } from './set-up.ts';

export interface SandboxOptions {
  /** Known ones by their short name, such as `lookout`; others by any name. */
  readonly partners: readonly string[];
  readonly listen: { readonly host: string; readonly port: number };
  /** How the partner reaches the sandbox, where that is not where it listens. */
  readonly publicUrl?: string | undefined;
  onExchange?(exchange: Exchange): void;
  /** For a scenario; faults that were ordered by hand go first. */
  chooseFault?(clientId: string | undefined): Fault | undefined;
}

export interface Sandbox {
  readonly baseUrl: string;
  readonly folder: string;
  /** Everything a partner needs, in a file that its user alone may read. */
  readonly kitFile: string;
  readonly partners: readonly SandboxPartner[];
  readonly exchanges: readonly Exchange[];
  /** Ends the hub and removes every file. */
  close(): Promise<void>;
}

/**
 * A hub of its own in a temporary folder, with phones that do not exist, behind a gate that notes and spoils
 * calls. A separate hub rather than a mark on a connector: what happens here cannot touch a real device, and
 * no code that spoils calls is in the hub that serves them.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const closers: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (let one = closers.pop(); one !== undefined; one = closers.pop()) await one();
  };
  try {
    return await open(options, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(
  { partners: names, listen, publicUrl, onExchange, chooseFault }: SandboxOptions,
  closers: (() => unknown)[],
  close: () => Promise<void>,
): Promise<Sandbox> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-sandbox-'));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  const dataDir = join(folder, 'data');
  const hubPort = await freePort('127.0.0.1');
  const port = listen.port === 0 ? await freePort(listen.host) : listen.port;
  const ownUrl = `https://${listen.host.includes(':') ? `[${listen.host}]` : listen.host === '0.0.0.0' ? 'localhost' : listen.host}:${port}`;
  const baseUrl = publicUrl ?? ownUrl;
  const hub = await startHubChild(folder, [
    '--listen',
    `127.0.0.1:${hubPort}`,
    '--public-url',
    baseUrl,
    '--tls-terminated-by-proxy',
  ]);
  closers.push(() => hub.stop());

  const faults = new Faults();
  const exchanges: Exchange[] = [];
  let partners: readonly SandboxPartner[] = [];
  const token = randomBytes(24).toString('base64url');
  const control = {
    token,
    faults,
    exchanges,
    clientOf: (connectorId: string) =>
      partners.find((partner) => partner.connectorId.toLowerCase() === connectorId)?.clientId,
  };
  const tls = await ensureServerTls(join(folder, 'tls'), [listen.host, new URL(baseUrl).hostname], Date.now());
  const gate = new Gate({
    hubPort,
    tls,
    chooseFault: (clientId) => faults.take(clientId) ?? chooseFault?.(clientId),
    onExchange(exchange) {
      // What the sandbox itself does is nobody's conformance.
      if (!partners.some(({ clientId }) => clientId === exchange.clientId)) return;
      exchanges.push(exchange);
      if (exchanges.length > MOST_EXCHANGES) exchanges.shift();
      onExchange?.(exchange);
    },
    serve: (request, response, body) => serveControl(control, request, response, body),
  });
  await gate.listen(listen.host, port);
  closers.push(() => gate.close());

  partners = await setUp(dataDir, ownUrl, tls.caPem, names);
  const kitFile = join(folder, 'sandbox.json');
  const admin = JSON.parse(await readFile(join(dataDir, 'admin.json'), 'utf8')) as { readonly tenantId: string };
  const kit = {
    baseUrl,
    tenantId: admin.tenantId,
    tokenEndpoint: tokenEndpointAt(baseUrl, admin.tenantId),
    caFile: tls.caFile,
    partners,
    devices: DEVICES.map(described),
    unknownDevice: described(UNKNOWN_DEVICE),
    control: { url: `${baseUrl}/sandbox/v1`, token },
  };
  await writeFile(kitFile, `${JSON.stringify(kit, null, 2)}\n`, { mode: 0o600 });
  return { baseUrl, folder, kitFile, partners, exchanges, close };
}

/** Enough for hours of trying; the oldest go. */
const MOST_EXCHANGES = 10_000;

async function setUp(
  dataDir: string,
  baseUrl: string,
  ca: string | undefined,
  names: readonly string[],
): Promise<readonly SandboxPartner[]> {
  const { tenantId, clientId, clientSecret } = JSON.parse(
    await readFile(join(dataDir, 'admin.json'), 'utf8'),
  ) as Readonly<Record<'tenantId' | 'clientId' | 'clientSecret', string>>;
  const hub = new HubClient({ baseUrl, tokenEndpoint: tokenEndpointAt(baseUrl, tenantId), clientId, clientSecret, ca });
  try {
    return await setUpSandbox(hub, names);
  } finally {
    hub.close();
  }
}

function described(device: SandboxDevice): Readonly<Record<string, string>> {
  return { name: device.name, operatingSystem: device.operatingSystem, ...keysOf(device) };
}
