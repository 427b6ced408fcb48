import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '@sallyport/simulators/machine';
import { startHub, type HubProcess } from '@sallyport/simulators/hub';

/** The commands of the README marked `tried`, word for word but for the ports. */

const root = join(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const without = process.env.SALLYPORT_TEST_WITHOUT?.split(',') ?? [];
const missing = ['nginx', 'openssl', 'curl'].some((program) => without.includes(program));

describe.skipIf(missing)('the commands of the README', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-readme-'));
  let hub: HubProcess;
  let output: string;

  beforeAll(async () => {
    for (const name of ['node_modules', 'package.json', 'packages']) symlinkSync(join(root, name), join(folder, name));
    const ports = {
      hub: await freePort('localhost'),
      gateway: await freePort('127.0.0.1'),
      behind: await freePort('127.0.0.1'),
    };
    const onOurPorts = (content: string): string =>
      content
        .replaceAll('8443', String(ports.hub))
        .replaceAll('8444', String(ports.gateway))
        .replaceAll('8090', String(ports.behind));
    mkdirSync(join(folder, 'docs'));
    cpSync(join(root, 'docs/examples'), join(folder, 'docs/examples'), { recursive: true });
    for (const name of readdirSync(join(folder, 'docs/examples'))) {
      const path = join(folder, 'docs/examples', name);
      writeFileSync(path, onOurPorts(readFileSync(path, 'utf8')));
    }
    hub = await startHub(join(folder, 'data'), { listen: `localhost:${ports.hub}` });
    const blocks = [...readme.matchAll(/^```bash tried\n(.*?)^```$/gms)].map(([, block]) => block as string);
    expect(blocks.length).toBeGreaterThanOrEqual(5);
    output = await bash(`set -euo pipefail\n${onOurPorts(blocks.join('\n'))}`, folder);
  }, 120_000);

  afterAll(async () => {
    await bash(`/usr/sbin/nginx -p "$PWD/gateway" -c "$PWD/gateway/nginx.conf" -s stop || true`, folder);
    await hub?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }, 30_000);

  test('let the phone in, keep it out with the reason, and let it in again', () => {
    expect(output).toMatch(/granted[\s\S]*"status":"accepted"/);
    expect(output).toMatch(
      /what is at \/mail, for ada@example\.com\n.*"accepted"[\s\S]*<p>.*Lookout for Work[\s\S]*noncompliant[\s\S]*"accepted".*what is at \/mail, for ada@example\.com\n/,
    );
  });

  test('leave no credentials and keys that others can read, and none that git would take', () => {
    const made = ['partner.json', ...readdirSync(join(folder, 'gateway')).map((name) => `gateway/${name}`)].filter(
      (name) => statSync(join(folder, name)).isFile(),
    );
    expect(made).toEqual(
      expect.arrayContaining(['partner.json', 'gateway/door.json', 'gateway/door-key.conf', 'gateway/phone.key']),
    );
    expect(made.filter((name) => (statSync(join(folder, name)).mode & 0o077) !== 0)).toEqual([]);
    expect(readFileSync(join(root, '.gitignore'), 'utf8').split('\n')).toEqual(
      expect.arrayContaining(['/partner.json', '/gateway/', '/*.key', '/data/']),
    );
  });

  test("list connectors and devices with Microsoft's own libraries", () => {
    expect(output).toMatch(/Lookout for Work: enabled\nAda's phone: compliant\n/);
  });
});

async function bash(script: string, cwd: string): Promise<string> {
  const surroundings = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('SALLYPORT_')),
  );
  const child = spawn('bash', ['-c', script], { cwd, env: surroundings, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  if (code !== 0) throw new Error(`The commands ended with ${String(code)}:\n${out}\n${err}`);
  return out;
}

const documents = [
  'README.md',
  'SECURITY.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

test.each(documents)('%s refers to files that are there', (document) => {
  const links = [...readFileSync(join(root, document), 'utf8').matchAll(/\]\((?!https?:)([^)#\s]+)[^)]*\)/g)].map(
    ([, link]) => link as string,
  );
  expect(links.filter((link) => !existsSync(join(root, document, '..', link)))).toEqual([]);
});
