import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compose } from './compose/compose.ts';
import { parseServeSettings } from './platform/settings.ts';
import { TrustedClock } from './platform/trusted-clock.ts';

const DAY = 86_400_000;
let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sallyport-certificates-'));
});
afterAll(() => rm(dir, { recursive: true }));

/** What the hub serves with after a start on a machine whose clock is off by so many days. */
async function startedAt(days: number): Promise<string[]> {
  const parsed = parseServeSettings(['--data', dir, '--listen', '127.0.0.1:0'], {});
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  const source = { wall: () => Date.now() + days * DAY, monotonic: () => performance.now() };
  const hub = await compose(parsed.settings, pino({ level: 'silent' }), new TrustedClock(source));
  await hub.close();
  return Promise.all(['ca.pem', 'server.pem'].map((name) => readFile(join(dir, 'tls', name), 'utf8')));
}

test('no start with a clock that is years ahead or behind replaces the CA or the certificate', async () => {
  const first = await startedAt(0);
  for (const days of [-3650, 4000, 0]) expect(await startedAt(days)).toEqual(first);
}, 60_000);
