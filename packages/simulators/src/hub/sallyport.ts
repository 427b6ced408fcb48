import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export const PROGRAM = join(import.meta.dirname, '../../../cli/bin/sallyport.js');

/** Runs the program as its users do, with this environment and none of the surroundings' settings. */
export async function sallyport(
  argv: readonly string[],
  options: {
    readonly env?: Readonly<Record<string, string>>;
    readonly input?: string;
    readonly cwd?: string;
    readonly node?: string;
  } = {},
): Promise<Ran> {
  const surroundings = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('SALLYPORT_')),
  );
  const child = spawn(options.node ?? process.execPath, [PROGRAM, ...argv], {
    env: { ...surroundings, ...options.env },
    cwd: options.cwd,
    stdio: 'pipe',
  });
  child.stdin.end(options.input);
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { code, out, err };
}
