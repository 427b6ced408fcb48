import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { areaOf, THREAT_CATEGORIES } from '@sallyport/core';
import { ENGLISH } from './index.ts';

test('the page about findings lists the categories as they are', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/findings.md'), 'utf8');
  const listed = page
    .split('\n')
    .filter((line) =>
      /^\| `[a-z_.0-9]+` \| .* \| (?:physical|network|application|operatingSystem|other) \|$/.test(line),
    );
  expect(listed).toEqual(
    THREAT_CATEGORIES.map(
      (category) => `| \`${category}\` | ${ENGLISH.say({ key: `categories.${category}` })} | ${areaOf(category)} |`,
    ),
  );
});
