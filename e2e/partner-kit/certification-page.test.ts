import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CHECKS } from '../../packages/cli/src/verify/checks.ts';
import { SCENARIO } from '../../packages/cli/src/watch/scenario.ts';

test('the page about certification lists the steps as they are', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/partners/certification.md'), 'utf8');
  const listed = page.split('\n').filter((line) => /\| (?:required|recommended) \|$/.test(line));
  expect(listed).toEqual(
    [...CHECKS, ...SCENARIO].map(
      ({ id, title, required }) => `| \`${id}\` | ${title} | ${required ? 'required' : 'recommended'} |`,
    ),
  );
});
