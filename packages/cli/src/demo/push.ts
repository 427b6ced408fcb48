import { request } from 'node:https';
import { zimperiumPath } from './set-up.ts';
import type { Stage } from './stage.ts';

/** Sends one record as zConsole's Data Export does: one POST of JSON with a secret in a header. */
export function pushToHub(
  { hub, ca, zimperiumSecret }: Pick<Stage, 'hub' | 'ca' | 'zimperiumSecret'>,
  record: object,
): Promise<void> {
  const body = JSON.stringify(record);
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-sallyport-secret': zimperiumSecret,
  };
  return new Promise((resolve, reject) => {
    request(`${hub.baseUrl}${zimperiumPath()}`, { method: 'POST', ca, agent: false, headers }, (incoming) => {
      incoming.resume().on('end', () => {
        if (incoming.statusCode === 200) resolve();
        else reject(new Error(`The hub answered ${incoming.statusCode ?? 0} to Zimperium's record.`));
      });
    })
      .on('error', reject)
      .end(body);
  });
}
