import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '@sallyport/simulators/machine';

/** The commands of the operator's manual marked `tried`, word for word but for the folders; systemd is played. */

const root = join(import.meta.dirname, '../..');
const manual = readFileSync(join(root, 'docs/operator-manual.md'), 'utf8');
const without = process.env.SALLYPORT_TEST_WITHOUT?.split(',') ?? [];
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

describe.skipIf(without.includes('sqlite3'))("the commands of the operator's manual", () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-manual-'));
  const [data, second] = [join(folder, 'lib/sallyport'), join(folder, 'lib/sallyport-2')];
  let output: string;

  beforeAll(async () => {
    for (const name of ['node_modules', 'package.json', 'packages']) symlinkSync(join(root, name), join(folder, name));
    mkdirSync(data, { recursive: true, mode: 0o700 });
    // As a user's that the hub runs as: what is put back by root must not be root's.
    if (isRoot) chownSync(data, NOBODY, NOBODY);
    const blocks = [...manual.matchAll(/^```bash tried\n(.*?)^```$/gms)].map(([, block]) =>
      (block as string).replaceAll('/var/lib/', join(folder, 'lib/')).replaceAll('/backup/', join(folder, 'backup/')),
    );
    const [clients, copies, backup, restore] = blocks;
    expect(blocks).toHaveLength(4);
    output = await bash(
      [
        serviceOn(await freePort('localhost')),
        'systemctl start sallyport',
        clients,
        'npx sallyport user create ada@example.com --name Ada > /dev/null',
        copies,
        backup,
        'npx sallyport user create late@example.com --name Late > /dev/null',
        restore,
        'npx sallyport user list',
        'npx sallyport api GET /metrics',
        'systemctl stop sallyport',
        // The second hub, here on the backup in place of a database that both share.
        `cp ${join(folder, 'backup/sallyport/hub.db')} ${second}/`,
        `HUB_DATA=${second} systemctl start sallyport`,
        `npx sallyport user list --data ${second}`,
        'systemctl stop sallyport',
      ].join('\n'),
      folder,
    );
  }, 180_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

  test('make clients, back up, and put back what starts again with what the backup knew', () => {
    expect(output).toContain('Read only');
    const [, lists = ''] = output.split('started again');
    expect(lists).toContain('ada@example.com');
    expect(output).not.toContain('late@example.com');
  });

  test('leave the files to the owner of the folder, and to nobody else', () => {
    const files = readdirSync(data, { recursive: true, encoding: 'utf8' }).map((name) => ({
      name,
      ...statSync(join(data, name)),
    }));
    const { uid } = statSync(data);
    const backedUp = files.filter(({ name }) => /^(?:hub\.db$|keys|tls|admin\.json)/.test(name));
    expect(backedUp.length).toBeGreaterThan(5);
    expect(backedUp.filter((file) => (file.mode & 0o077) !== 0).map(({ name }) => name)).toEqual([]);
    if (isRoot)
      expect(backedUp.filter((file) => file.uid !== uid && file.name !== 'admin.json').map(({ name }) => name)).toEqual(
        [],
      );
  });

  test('give the second hub the authority of the first, and paths of its own', () => {
    expect(readFileSync(join(second, 'tls/ca.pem'), 'utf8')).toBe(readFileSync(join(data, 'tls/ca.pem'), 'utf8'));
    const [one, two] = [data, second].map(
      (of) => JSON.parse(readFileSync(join(of, 'admin.json'), 'utf8')) as { caFile: string; tenantId: string },
    );
    expect(two).toMatchObject({ tenantId: one?.tenantId, caFile: join(second, 'tls/ca.pem') });
  });

  test('and the figures that the manual names are there', () => {
    const named = new Set([...manual.matchAll(/`(sallyport_[a-z_]+)`/g)].map(([, name]) => name as string));
    expect([...named].filter((name) => !output.includes(name))).toEqual([]);
  });
});

/** `systemctl start` and `stop` of one hub on `HUB_DATA`. */
function serviceOn(port: number): string {
  return `set -euo pipefail
HUB_DATA="$PWD/lib/sallyport" PID= STARTS=0
systemctl() {
  if [ "$1" = stop ]; then kill "$PID"; wait "$PID" || true; return; fi
  node_modules/.bin/node packages/cli/src/main.ts serve --data "$HUB_DATA" --listen localhost:${port} > serve.log 2>&1 &
  PID=$! STARTS=$((STARTS + 1))
  for _ in $(seq 600); do grep -q '^ready' serve.log && break; kill -0 "$PID" || { cat serve.log; exit 1; }; sleep 0.1; done
  if [ $STARTS -gt 1 ]; then echo started again; fi
}
trap 'kill $PID 2> /dev/null || true' EXIT`;
}

async function bash(script: string, cwd: string): Promise<string> {
  const surroundings = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('SALLYPORT_')),
  );
  const child = spawn('bash', ['-c', script], { cwd, env: surroundings, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  if (code !== 0) throw new Error(`The commands ended with ${String(code)}:\n${out}\n${err}`);
  return out;
}
