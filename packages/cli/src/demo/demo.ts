import { once } from 'node:events';
import type { Io } from '../frame/command.ts';
import { EXIT } from '../frame/exit-codes.ts';
import { alone } from '../frame/flags.ts';
import { parseLine } from '../frame/parse-line.ts';
import { styleFor } from '../output/style.ts';
import { play } from './play.ts';
import { buildStage, type Stage } from './stage.ts';

const FLAGS = {
  keep: alone('Leave the hub and the gateway running afterwards, to look around, until Ctrl-C'),
  withoutNginx: alone('Ask the AuthZEN API even where nginx is installed'),
  help: alone('Tell this'),
} as const;

const HELP = `Usage: sallyport demo [--keep] [--without-nginx]

Starts a hub of its own in a temporary folder, sets it up through its API, and plays how a vendor's report
closes mail and files and how they open again, with the time each step took. Takes some seconds and leaves
nothing behind.

  --keep           ${FLAGS.keep.help}
  --without-nginx  ${FLAGS.withoutNginx.help}
`;

/** `sallyport demo`. Answers 0 when every door did what it should. */
export async function demo(argv: readonly string[], io: Io): Promise<number> {
  if (argv.includes('-h') || argv.includes('--help')) {
    io.stdout.write(HELP);
    return EXIT.ok;
  }
  const { flags } = parseLine(argv, {}, FLAGS);
  const style = styleFor(io.stdout, io.env);
  const interrupted = interruption();
  let stage: Stage | undefined;
  const say = (text: string): void => {
    io.stdout.write(text);
  };
  try {
    const startedAt = performance.now();
    say('Starting a hub, two vendors and a gateway on this machine ...\n');
    const building = buildStage(flags.withoutNginx !== true);
    stage = await Promise.race([
      building,
      interrupted.catch(async (error: unknown) => {
        await (await building).close();
        throw error;
      }),
    ]);
    say(`Hub at ${stage.hub.baseUrl}, set up through its API. Mail and files are behind ${stage.gate.name}.\n`);
    await Promise.race([play(stage, say, style), interrupted]);
    say(
      `\n${style.good('Every door did what it should.')} (${((performance.now() - startedAt) / 1_000).toFixed(1)} s in all)\n`,
    );
    if (flags.keep === true) await keep(stage, say, interrupted);
    return EXIT.ok;
  } catch (error) {
    io.stderr.write(`sallyport demo: ${error instanceof Error ? error.message : String(error)}\n`);
    return EXIT.failed;
  } finally {
    await stage?.close();
  }
}

async function keep(
  { hub, dataDir, folder }: Stage,
  say: (text: string) => void,
  interrupted: Promise<never>,
): Promise<void> {
  say(`
The hub goes on at ${hub.baseUrl} until Ctrl-C. In another terminal, in this folder:

  npx sallyport device list --data ${dataDir}
  npx sallyport device why "Alan's phone" --data ${dataDir}
  npx sallyport decide --user ada@example.com --app Exchange --device "Ada's phone" --explain --data ${dataDir}
  tail -f ${folder}/hub.log
`);
  // Ctrl-C is the way out here and no failure.
  await interrupted.catch(() => undefined);
}

/** Rejects at Ctrl-C and the like, so that what was started is ended and removed. */
function interruption(): Promise<never> {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const interrupted = Promise.race(signals.map((signal) => once(process, signal))).then(() => {
    throw new Error('interrupted');
  });
  interrupted.catch(() => undefined);
  return interrupted;
}
