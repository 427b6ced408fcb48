import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EVALUATOR, PARTNERS, SECRET } from '../fleet/organisation.ts';
import { startHub, type HubOptions, type HubProcess } from './hub-process.ts';
import { getToken } from './token.ts';

/** A hub on the made-up organisation, with tokens of those who call it. */
export interface BenchHub extends HubProcess {
  /** Header values, `Bearer ...`. */
  readonly evaluator: string;
  readonly partners: readonly string[];
}

export async function startBenchHub(options: HubOptions): Promise<BenchHub> {
  const hub = await startHub(options);
  const { tenantId } = JSON.parse(await readFile(join(options.dataDir, 'admin.json'), 'utf8')) as { tenantId: string };
  const bearer = async (clientId: string): Promise<string> =>
    `Bearer ${await getToken(hub.url, tenantId, clientId, SECRET)}`;
  return { ...hub, evaluator: await bearer(EVALUATOR), partners: await Promise.all(PARTNERS.map(bearer)) };
}
