import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MUTANTS } from './mutants.ts';

const root = join(import.meta.dirname, '../..');

/** Cheap enough for each run: the mutants themselves are for `npm run mutants`. */
test.each(MUTANTS)(
  '$mend: $without stands where the list says, and so do its tests',
  ({ file, text, instead, tests }) => {
    expect(readFileSync(join(root, file), 'utf8').split(text)).toHaveLength(2);
    expect(instead).not.toBe(text);
    expect(tests.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  },
);
