import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Packages may import the packages before them; `core` and `contracts` import neither each other nor anything else of ours. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  core: [], contracts: [], hub: ['core', 'contracts'], cli: ['core', 'contracts', 'hub'],
};

/** Folders of the hub may import themselves and the ones before them. Reading order is build order. */
const HUB = ['platform', 'store', 'vendors', 'documents', 'view', 'pipeline', 'publish', 'intake', 'api'];

interface Import {
  readonly file: string;
  readonly to: string;
}

function importsOf(folder: string): readonly Import[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !isTestCode(entry.name))
    .flatMap((entry) => {
      const file = relative(root, join(entry.parentPath, entry.name));
      const text = readFileSync(join(root, file), 'utf8');
      return [...text.matchAll(/(?:from|import)\s*\(?'([^']+)'/g)].map((match) => ({ file, to: match[1] as string }));
    });
}

/** Tests and what only tests use may reach further. */
function isTestCode(name: string): boolean {
  return /(^|[-.])(test|testing|contract)([-.]|\.ts$)/.test(name);
}

describe('imports point one way', () => {
  for (const [name, allowed] of Object.entries(PACKAGES)) {
    test(`${name} imports only ${allowed.join(', ') || 'libraries'} of ours`, () => {
      const wrong = importsOf(`packages/${name}/src`).filter(({ to }) => {
        const target = /^@sallyport\/([^/]+)/.exec(to)?.[1];
        return target !== undefined && target !== name && !allowed.includes(target);
      });
      expect(wrong).toEqual([]);
    });
  }

  test('core knows neither Node nor any library', () => {
    expect(importsOf('packages/core/src').filter(({ to }) => !to.startsWith('.'))).toEqual([]);
  });

  test('folders of the hub import only those before them', () => {
    const wrong = HUB.flatMap((from) => importsOf(`packages/hub/src/${from}`).filter(({ file, to }) => {
      if (!to.startsWith('.')) return false;
      const [folder] = relative(join(root, 'packages/hub/src'), join(root, file, '..', to)).split(sep);
      return folder !== undefined && HUB.includes(folder) && HUB.indexOf(folder) > HUB.indexOf(from);
    }));
    expect(wrong).toEqual([]);
  });
});
