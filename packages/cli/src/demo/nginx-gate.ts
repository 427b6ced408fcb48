import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Agent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import type { DoorResource } from '@sallyport/contracts/client/index.ts';
import type { CertificateAndKey } from '@sallyport/simulators/certificates';
import { issueDeviceCertificate } from '@sallyport/simulators/device-ca';
import { startNginx } from '@sallyport/simulators/gateways/nginx';
import type { Gate, Met } from './gate.ts';
import { ADA, ALAN, PLACES, type Person } from './people.ts';

export interface NginxGateOptions {
  readonly hubUrl: string;
  readonly hubCaFile: string;
  readonly door: DoorResource;
  /** What `door pages` prints. */
  readonly pages: string;
  readonly deviceAuthority: CertificateAndKey;
}

/** A real nginx in front of mail and files; each phone shows a certificate of its own. */
export async function nginxGate({ hubUrl, hubCaFile, door, pages, deviceAuthority }: NginxGateOptions): Promise<Gate> {
  const backend = createServer((incoming, response) => response.end(`what is at ${incoming.url ?? ''}\n`)).listen(
    0,
    '127.0.0.1',
  );
  await once(backend, 'listening');
  const nginx = await startNginx({
    hubUrl,
    hubCaFile,
    doorId: door.id,
    doorKey: door.secret ?? '',
    deviceCaPem: deviceAuthority.cert,
    pages,
    backendUrl: `http://127.0.0.1:${(backend.address() as AddressInfo).port}`,
  }).catch((error: unknown) => {
    backend.close();
    throw error;
  });
  const phones = new Map<Person, Agent>();
  for (const person of [ADA, ALAN]) {
    const { cert, key } = await issueDeviceCertificate(deviceAuthority, person.deviceId);
    // One connection per place, as apps keep theirs open.
    phones.set(person, new Agent({ keepAlive: true, maxSockets: PLACES.length, ca: nginx.caPem, cert, key }));
  }
  return {
    name: await nameAndVersion(),
    ask: (person, place) => ask(`${nginx.url}${place.path}`, person, phones.get(person)),
    async close() {
      for (const agent of phones.values()) agent.destroy();
      await nginx.stop();
      backend.closeAllConnections();
      backend.close();
    },
  };
}

function ask(url: string, person: Person, agent: Agent | undefined): Promise<Met> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { ...(agent === undefined ? {} : { agent }), headers: { 'accept-language': person.language } },
      (incoming) => {
        const parts: Buffer[] = [];
        incoming
          .on('data', (part: Buffer) => parts.push(part))
          .on('error', reject)
          .on('end', () => {
            const status = incoming.statusCode ?? 0;
            const granted = status === 200;
            resolve({
              granted,
              answer: String(status),
              text: granted ? undefined : textOfPage(Buffer.concat(parts).toString()),
            });
          });
      },
    );
    sent.on('error', reject).end();
  });
}

/** What stands on the page that nginx shows. */
function textOfPage(page: string): string {
  const [, title = '', paragraph = ''] = /<h1>(.*?)<\/h1><p>(.*?)<\/p>/su.exec(page) ?? [];
  return `${title}. ${paragraph}`
    .replaceAll(/<\/?span[^>]*>/gu, '')
    .replaceAll('&#10;', ' ')
    .replaceAll(/&#(\d+);/gu, (_, code: string) => String.fromCodePoint(Number(code)));
}

async function nameAndVersion(): Promise<string> {
  const { stderr } = await promisify(execFile)('/usr/sbin/nginx', ['-v']);
  return `a real ${/nginx\/[\d.]+/u.exec(stderr)?.[0].replace('/', ' ') ?? 'nginx'} with device certificates`;
}
