import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const PATHS = /`((?:packages|docs|e2e|bench|\.ci)\/[\w./-]+|(?:hub|core|contracts|cli)\/src\/[\w./-]+)`/gu;

/** Files and folders that a page names, from the root. */
function named(page: string): readonly string[] {
  return [...readFileSync(join(root, page), 'utf8').matchAll(PATHS)].map(([, path = '']) =>
    /^(?:hub|core|contracts|cli)\//.test(path) ? `packages/${path}` : path,
  );
}

test.each(['CONTRIBUTING.md', 'docs/where.md', 'docs/architecture.md'])(
  'every file and folder that %s names is there',
  (page) => {
    const paths = named(page);
    expect(paths.length).toBeGreaterThan(10);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  },
);
