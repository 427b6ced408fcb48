import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sample } from './samples.ts';

const vendors = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory());

test.each(vendors.map(({ name }) => name))('where each sample of %s comes from stands beside it', (vendor) => {
  const names = readdirSync(`${import.meta.dirname}/${vendor}/samples`);
  const notice = sample(`${vendor}/NOTICE.md`);
  // What we constructed ourselves says so in its name.
  const isNamed = (name: string): boolean =>
    notice.includes(`\`${name}\``) || (name.includes('.constructed.') && notice.includes('constructed'));
  expect(names.filter((name) => name !== 'NOTICE.md' && !isNamed(name))).toEqual([]);
});
