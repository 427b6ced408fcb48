import { enableCompileCache } from 'node:module';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

// What was stripped of types and compiled is kept for the next start, which then takes half the time. Kept within
// the installation: who could write there could change the program itself, unlike in the common temporary folder.
enableCompileCache(fileURLToPath(new URL('../../../node_modules/.cache/sallyport', import.meta.url)));
const { run } = await import('./run.ts');

process.exitCode = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  readInput: () => text(process.stdin),
});
