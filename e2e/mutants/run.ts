import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MUTANTS, type Mutant } from './mutants.ts';

/**
 * `npm run mutants [-- part of a mend's name]`: switches each mend off in a copy of the sources and runs its tests, of which one has to
 * fail. Prints what caught each; exits with 1 where nothing did, or a text is not found any more.
 */
const root = join(import.meta.dirname, '../..');
const COPIED = ['packages', 'docs', 'e2e', 'package.json', 'tsconfig.json', 'vitest.config.ts'];

interface Outcome {
  readonly mutant: Mutant;
  /** The first test that failed. */
  readonly caughtBy?: string | undefined;
  readonly problem?: string | undefined;
}

const wanted = process.argv[2] ?? '';
const folder = mkdtempSync(join(tmpdir(), 'sallyport-mutants-'));
try {
  for (const name of COPIED)
    cpSync(join(root, name), join(folder, name), { recursive: true, filter: (path) => !path.includes('node_modules') });
  linkModules();
  const outcomes = MUTANTS.filter(({ mend, without }) => `${mend}: ${without}`.includes(wanted)).map(tried);
  const survived = outcomes.filter(({ problem }) => problem !== undefined);
  console.log(`\n${outcomes.length - survived.length} of ${outcomes.length} mends are watched over by a test.`);
  process.exitCode = survived.length > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Packages of ours have to be those of the copy, or the mutants would not be run. */
function linkModules(): void {
  const modules = join(folder, 'node_modules');
  cpSync(join(root, 'node_modules', '@sallyport'), join(modules, '@sallyport'), {
    recursive: true,
    verbatimSymlinks: true,
  });
  const list = spawnSync('ls', ['-A', join(root, 'node_modules')], { encoding: 'utf8' }).stdout.split('\n');
  for (const name of list)
    if (name !== '' && name !== '@sallyport' && !name.startsWith('.vite'))
      symlinkSync(join(root, 'node_modules', name), join(modules, name));
}

function tried(mutant: Mutant): Outcome {
  const path = join(folder, mutant.file);
  const source = readFileSync(path, 'utf8');
  const parts = source.split(mutant.text);
  const outcome =
    parts.length === 2
      ? runWith(mutant, path, source, parts.join(mutant.instead))
      : { mutant, problem: 'its text does not stand exactly once in the file' };
  console.log(
    `${outcome.problem === undefined ? 'caught  ' : 'SURVIVED'}  ${mutant.mend}: ${mutant.without}\n          ${outcome.problem ?? outcome.caughtBy}`,
  );
  return outcome;
}

function runWith(mutant: Mutant, path: string, source: string, changed: string): Outcome {
  writeFileSync(path, changed);
  try {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    // Vitest takes names of files, so a folder stands for all tests in it.
    const { status, stdout } = spawnSync(
      process.execPath,
      [vitest, 'run', '--bail=1', '--reporter=json', ...mutant.tests],
      { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 28 },
    );
    if (status === 0) return { mutant, problem: 'all of its tests passed' };
    return { mutant, caughtBy: firstFailure(stdout) };
  } finally {
    writeFileSync(path, source);
  }
}

interface Results {
  readonly testResults: readonly {
    readonly name: string;
    readonly message?: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

function firstFailure(report: string): string {
  const { testResults } = JSON.parse(report.slice(report.indexOf('{'))) as Results;
  for (const { name, assertionResults } of testResults) {
    const failed = assertionResults.find(({ status }) => status === 'failed');
    if (failed !== undefined) return `${name.slice(folder.length + 1)}: ${failed.fullName}`;
  }
  const broken = testResults.find(({ message }) => message !== undefined && message !== '');
  return `does not load: ${broken?.message?.split('\n')[0] ?? 'unknown'}`;
}
