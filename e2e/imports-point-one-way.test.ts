import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Packages may import the packages before them; `core`, `contracts` and `texts` import neither each other nor anything else of ours. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  core: [],
  contracts: [],
  texts: [],
  hub: ['core', 'contracts', 'texts'],
  simulators: ['contracts'],
  cli: ['core', 'contracts', 'texts', 'hub', 'simulators'],
};

/**
 * The rooms of the hub, from the ground up (docs/architecture.md): each imports itself and rooms of the lines above it, and
 * none of its own line. Two of one line are wings, or know nothing of each other.
 */
const ROOMS: readonly (readonly string[])[] = [
  ['platform'],
  ['store', 'vendors'],
  ['documents'],
  ['view'],
  ['pipeline'],
  ['publish', 'http', 'evidence'],
  ['intake'],
  ['doors', 'inventory'],
  ['api'],
  ['compose'],
  ['main.ts'],
];

interface Import {
  readonly file: string;
  /** As it is written. */
  readonly to: string;
  /** A file of the checkout, where it is one. */
  readonly target: string | undefined;
  /** Loaded when it is wanted. */
  readonly isLazy: boolean;
}

/** Tests and what only tests use may reach further. */
function isTestCode(file: string): boolean {
  return /\.test\.ts$|(^|[-/])testing(-[^/]*)?\.ts$|\/(fixtures|contract|nothing-opens|quiet-month|reliability)\//.test(
    file,
  );
}

/** Of every file in a folder, tests too. */
function importsOf(folder: string): readonly Import[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .map((entry) => ({ entry, file: relative(root, join(entry.parentPath, entry.name)) }))
    .filter(({ entry, file }) => entry.isFile() && file.endsWith('.ts'))
    .flatMap(({ file }) => {
      const text = readFileSync(join(root, file), 'utf8');
      return [...text.matchAll(/(?:^|\n)(?:import|export)[^'";]*?from '([^']+)'|import\(?\s*'([^']+)'/g)].map(
        (match): Import => {
          const to = match[1] ?? (match[2] as string);
          return { file, to, target: targetOf(file, to), isLazy: match[2] !== undefined && match[0].includes('(') };
        },
      );
    });
}

function targetOf(file: string, to: string): string | undefined {
  if (to.startsWith('.')) return relative(root, join(root, file, '..', to));
  const [, name, rest] = /^@sallyport\/([^/]+)(?:\/(.+))?$/.exec(to) ?? [];
  return name === undefined ? undefined : exportOf(`packages/${name}`, rest === undefined ? '.' : `./${rest}`);
}

/** The file behind a name that a package exports. */
function exportOf(folder: string, name: string): string | undefined {
  const { exports } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
    exports: Readonly<Record<string, string>>;
  };
  const [pattern = name] = Object.keys(exports).filter(
    (key) => key.includes('*') && name.startsWith(key.split('*')[0] as string),
  );
  const file = exports[name] ?? exports[pattern]?.replace('*', name.slice(pattern.indexOf('*')));
  return file === undefined ? undefined : join(folder, file);
}

const withTests = new Map(Object.keys(PACKAGES).map((name) => [name, importsOf(`packages/${name}/src`)]));
const of = (name: string): readonly Import[] => withTests.get(name)?.filter(({ file }) => !isTestCode(file)) ?? [];
const all = Object.keys(PACKAGES).flatMap(of);
const isIn = (target: string | undefined, ...folders: readonly string[]): boolean =>
  folders.some((folder) => target?.startsWith(`${folder}/`) === true);

describe('imports point one way', () => {
  for (const [name, allowed] of Object.entries(PACKAGES)) {
    test(`${name} imports only ${allowed.join(', ') || 'libraries'} of ours`, () => {
      const wrong = of(name).filter(
        ({ target }) =>
          target?.startsWith('packages/') === true && ![name, ...allowed].includes(target.split(sep)[1] as string),
      );
      expect(wrong).toEqual([]);
    });
  }

  test('core knows neither Node nor any library', () => {
    expect(of('core').filter(({ to }) => !to.startsWith('.'))).toEqual([]);
  });

  test('rooms of the hub import only those below them, and wings no wing', () => {
    const levels = new Map(ROOMS.flatMap((rooms, level) => rooms.map((room) => [room, level])));
    const roomOf = (file: string): string => file.split(sep)[3] as string;
    const inside = of('hub').filter(({ target }) => target?.startsWith('packages/hub/src/') === true);
    expect([...new Set(of('hub').map(({ file }) => roomOf(file)))].filter((room) => !levels.has(room))).toEqual([]);
    const wrong = inside.filter(
      ({ file, target = '' }) =>
        roomOf(file) !== roomOf(target) &&
        (levels.get(roomOf(target)) ?? Infinity) >= (levels.get(roomOf(file)) as number),
    );
    expect(wrong).toEqual([]);
  });

  test('nothing but tests imports tests, fixtures or what is only for them', () => {
    expect(all.filter(({ target }) => target !== undefined && isTestCode(target))).toEqual([]);
  });

  test('no package imports e2e or bench, tests neither', () => {
    expect([...withTests.values()].flat().filter(({ target }) => isIn(target, 'e2e', 'bench'))).toEqual([]);
  });

  test('nothing that ships imports simulators, but the demo, which is loaded when somebody wants to see it', () => {
    const ships = all.filter(({ file }) => !isIn(file, 'packages/simulators', 'packages/cli/src/demo'));
    expect(ships.filter(({ target }) => isIn(target, 'packages/simulators'))).toEqual([]);
    expect(ships.filter(({ target, isLazy }) => isIn(target, 'packages/cli/src/demo') && !isLazy)).toEqual([]);
  });

  test('simulators share nothing with the hub that they are to try, tests neither', () => {
    const ours = withTests.get('simulators')?.filter(({ target }) => target !== undefined) ?? [];
    expect(ours.filter(({ target }) => !isIn(target, 'packages/simulators', 'packages/contracts'))).toEqual([]);
  });

  test('e2e imports contracts and simulators only: what it tries, it reaches over the network', () => {
    const ours = importsOf('e2e').filter(({ target }) => target !== undefined);
    expect(ours.length).toBeGreaterThan(30);
    expect(ours.filter(({ target }) => !isIn(target, 'e2e', 'packages/contracts', 'packages/simulators'))).toEqual([]);
  });

  test('no files import each other in a circle, types neither', () => {
    expect(circles(all)).toEqual([]);
  });
});

/** The circles of imports, each by the files on it; a file that leads into one is none of it. */
function circles(imports: readonly Import[]): readonly string[] {
  const graph = new Map<string, string[]>();
  for (const { file, target } of imports)
    if (target !== undefined) graph.set(file, [...(graph.get(file) ?? []), target]);
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) found.push([...path.slice(at), file].join(' -> '));
    if (at >= 0 || done.has(file)) return;
    for (const target of graph.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}
