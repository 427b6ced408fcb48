import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PROGRAM } from './sallyport.ts';

/** The program while it runs: what it has written so far, and a way to wait for more. */
export interface Running {
  out(): string;
  err(): string;
  /** The first match in either stream, now or later; rejects when the program ends without it. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  stop(): void;
  /** The exit code. */
  readonly ended: Promise<number | null>;
}

export function start(...argv: readonly string[]): Running {
  const surroundings = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('SALLYPORT_')),
  );
  const child = spawn(process.execPath, [PROGRAM, ...argv], { env: surroundings, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    tell();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
    tell();
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    out: () => out,
    err: () => err,
    ended,
    stop: () => {
      child.kill('SIGINT');
    },
    said(pattern) {
      return new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(out) ?? pattern.exec(err);
          if (match === null) return;
          listeners.delete(look);
          resolve(match);
        };
        listeners.add(look);
        void ended.then((code) =>
          reject(new Error(`sallyport ${argv.join(' ')} ended with ${String(code)}:\n${out}\n${err}`)),
        );
        look();
      });
    },
  };
}
