import { readFile } from 'node:fs/promises';
import type { HubConnection } from '@sallyport/contracts/client/index.ts';
import { UsageError } from '../frame/usage-error.ts';
import type { DeviceKeys } from './reports.ts';

export interface Kit {
  readonly connection: HubConnection;
  readonly partner: string;
  readonly device: DeviceKeys;
}

/**
 * What `sallyport sandbox` hands out, for its first partner or for the one that is named.
 *
 * @throws UsageError
 */
export async function readKit(file: string, partner: string | undefined): Promise<Kit> {
  const content = await readFile(file, 'utf8').catch(() => {
    throw new UsageError(`${file} cannot be read. "sallyport sandbox" tells where its kit is.`);
  });
  const kit = kitIn(content);
  // What is wrong in it is not quoted: it holds secrets.
  if (kit === undefined) throw new UsageError(`${file} is not what "sallyport sandbox" writes.`);
  const { baseUrl, tokenEndpoint, caFile, partners, devices } = kit;
  const chosen =
    partner === undefined ? partners[0] : partners.find(({ name }) => name.toLowerCase() === partner.toLowerCase());
  if (chosen === undefined)
    throw new UsageError(
      `There is no partner "${partner ?? ''}" in ${file}. There is ${partners.map(({ name }) => name).join(', ')}.`,
    );
  const ca = await readFile(caFile, 'utf8').catch(() => {
    throw new UsageError(`The CA file ${caFile} cannot be read.`);
  });
  const { clientId, clientSecret, name } = chosen;
  return {
    connection: { baseUrl, tokenEndpoint, clientId, clientSecret, ca },
    partner: name,
    device: { managedDeviceId: devices[0]?.managedDeviceId ?? '' },
  };
}

interface KitFile {
  readonly baseUrl: string;
  readonly tokenEndpoint: string;
  readonly caFile: string;
  readonly partners: readonly { readonly name: string; readonly clientId: string; readonly clientSecret: string }[];
  readonly devices: readonly { readonly managedDeviceId: string }[];
}

function kitIn(content: string): KitFile | undefined {
  try {
    const kit = JSON.parse(content) as KitFile;
    const texts = [
      kit.baseUrl,
      kit.tokenEndpoint,
      kit.caFile,
      kit.devices[0]?.managedDeviceId,
      ...kit.partners.flatMap(({ name, clientId, clientSecret }) => [name, clientId, clientSecret]),
    ];
    return kit.partners.length > 0 && texts.every((text) => typeof text === 'string') ? kit : undefined;
  } catch {
    return undefined;
  }
}
