import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CHECKS } from './checks.ts';
import { SCENARIO } from '../watch/scenario.ts';

test('the page about certification lists the steps as they are', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/partners/certification.md'), 'utf8');
  const listed = page.split('\n').filter((line) => /\| (?:required|recommended) \|$/.test(line));
  expect(listed).toEqual(
    [...CHECKS, ...SCENARIO].map(
      ({ id, title, required }) => `| \`${id}\` | ${title} | ${required ? 'required' : 'recommended'} |`,
    ),
  );
});
