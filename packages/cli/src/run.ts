import program from '../package.json' with { type: 'json' };
import { LONG_RUNNING } from './commands/long-running.ts';
import type { Io } from './frame/command.ts';
import { EXIT } from './frame/exit-codes.ts';

/**
 * Runs one command line (without `node` and the script) and answers the exit code. Never throws for what a
 * person may type or a hub may answer.
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    if (argv.length === 1 && VERSION_WORDS.includes(argv[0] as string)) {
      io.stdout.write(`sallyport ${program.version}\n`);
      return EXIT.ok;
    }
    const own = LONG_RUNNING.find(({ name }) => name === argv[0]);
    if (own !== undefined) return await own.start(argv.slice(1), io);
    // Loaded only when wanted: a hub is ready sooner without the commands that speak to one.
    const { runCommandLine } = await import('./run-command.ts');
    return await runCommandLine(argv, io);
  } catch (error) {
    const { tell } = await import('./tell.ts');
    return tell(error, io);
  }
}

const VERSION_WORDS: readonly string[] = ['--version', '-V', 'version'];
