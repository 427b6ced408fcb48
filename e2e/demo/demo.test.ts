import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { PROGRAM, sallyport, type Ran } from '@sallyport/simulators/hub';

/** `npm run demo`, with a real nginx and without. */

const folder = mkdtempSync(join(tmpdir(), 'sallyport-demo-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const env = { TMPDIR: folder };

const withoutNginx = process.env.SALLYPORT_TEST_WITHOUT?.split(',').includes('nginx') === true;

function expectWholeStory({ code, out, err }: Ran): void {
  expect(err).toBe('');
  expect(code).toBe(0);
  expect(out.match(/closed \(/g)).toHaveLength(4 + 2 * 2);
  expect(out.match(/open \(/g)).toHaveLength(4 * 2);
  expect(out).toMatch(
    /3\. Lookout reports a man-in-the-middle network[\s\S]*Ada +mail +closed[\s\S]*threat_level_above_allowed[\s\S]*to Ada \(sv\) +Din enhet/,
  );
  expect(out).toMatch(
    /5\. Zimperium reports a malicious app[\s\S]*Alan +mail +closed[\s\S]*to Alan \(nl\) +Je apparaat/,
  );
  expect(out).toContain('Every door did what it should.');
  expect(readdirSync(folder)).toEqual([]);
}

/** Times, ports and versions differ from run to run. */
function withoutFigures(text: string): string {
  return text
    .replace(/\d+(?:\.\d+)*/g, '#')
    .replace(/\s+/g, ' ')
    .trim();
}

describe('the demo ends well and leaves nothing behind', () => {
  test.skipIf(withoutNginx)('through a real nginx', { timeout: 60_000 }, async () => {
    const ran = await sallyport(['demo'], { env });
    expectWholeStory(ran);
    expect(ran.out).toContain('behind a real nginx');
    expect(ran.out).toContain('closed (403)');
    const sample =
      /^```text\n(Starting a hub[^]*?)^```$/m.exec(
        readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8'),
      )?.[1] ?? '';
    const parts = sample.split('\n...\n').map(withoutFigures);
    expect(parts).toHaveLength(3);
    expect(
      parts.filter((part) => !withoutFigures(ran.out).includes(part)),
      'the README shows a part of a run: take it from one of today',
    ).toEqual([]);
  });

  test('with the AuthZEN API where there is no nginx', { timeout: 60_000 }, async () => {
    const ran = await sallyport(['demo', '--without-nginx'], { env });
    expectWholeStory(ran);
    expect(ran.out).toContain('closed (decision: false)');
  });
});

test('with --keep the hub can be looked at, until Ctrl-C ends and removes everything', {
  timeout: 60_000,
}, async () => {
  const child = spawn(process.execPath, [PROGRAM, 'demo', '--keep', '--without-nginx'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let out = '';
  for await (const chunk of child.stdout) {
    out += String(chunk);
    if (out.includes('hub.log\n')) break;
  }
  const dataDir = /--data (\S+)/.exec(out)?.[1] as string;
  expect((await sallyport(['device', 'list', '--data', dataDir])).out).toContain("Alan's phone");
  child.kill('SIGINT');
  expect(await exited).toEqual([0, null]);
  expect(readdirSync(folder)).toEqual([]);
});

test('stopped in the middle, the demo leaves nothing behind either', { timeout: 60_000 }, async () => {
  const child = spawn(process.execPath, [PROGRAM, 'demo', '--without-nginx'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  expect(await exited).toEqual([1, null]);
  expect(readdirSync(folder)).toEqual([]);
});

test('the demo knows its flags', async () => {
  expect((await sallyport(['demo', '--help'])).out).toContain('--keep');
  expect(await sallyport(['demo', '--kep'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('Did you mean --keep?'),
  });
});
