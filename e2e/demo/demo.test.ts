import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { sallyport, type Ran } from '../cli/sallyport.ts';

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
  expect(out).toMatch(/3\. Lookout reports a man-in-the-middle network[\s\S]*Ada +mail +closed[\s\S]*threat_level_above_allowed[\s\S]*to Ada \(sv\) +Enheten/);
  expect(out).toMatch(/5\. Zimperium reports a malicious app[\s\S]*Alan +mail +closed[\s\S]*to Alan \(nl\) +Je apparaat/);
  expect(out).toContain('Every door did what it should.');
  expect(readdirSync(folder)).toEqual([]);
}

describe('the demo ends well and leaves nothing behind', () => {
  test.skipIf(withoutNginx)('through a real nginx', { timeout: 60_000 }, async () => {
    const ran = await sallyport(['demo'], { env });
    expectWholeStory(ran);
    expect(ran.out).toContain('behind a real nginx');
    expect(ran.out).toContain('closed (403)');
  });

  test('with the AuthZEN API where there is no nginx', { timeout: 60_000 }, async () => {
    const ran = await sallyport(['demo', '--without-nginx'], { env });
    expectWholeStory(ran);
    expect(ran.out).toContain('closed (decision: false)');
  });
});

test('the demo knows its flags', async () => {
  expect((await sallyport(['demo', '--help'])).out).toContain('--keep');
  expect(await sallyport(['demo', '--kep'])).toMatchObject({ code: 2, err: expect.stringContaining('Did you mean --keep?') });
});
