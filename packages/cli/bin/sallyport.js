#!/usr/bin/env -S node --v8-pool-size=0
// Plain JavaScript that any Node >= 20 can read: it finds the Node the product brings and hands over.
// The flag means as many helper threads as there are other cores, and not four: on two cores, four that collect
// garbage or compile take turns with the thread that decides, which then stalls for tens of milliseconds.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

if (Number(process.versions.node.split('.')[0]) >= 24) {
  await import('../src/main.ts');
} else {
  const own = join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin', 'node');
  const child = spawn(own, ['--v8-pool-size=0', main, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`sallyport: cannot start the Node it brings (${own}): ${error.message}. Run "npm ci" again.`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}
