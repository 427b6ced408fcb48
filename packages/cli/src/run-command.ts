import { HubClient } from '@sallyport/contracts/client/index.ts';
import { GROUPS, LONG_RUNNING, SINGLES } from './commands/index.ts';
import type { Command, Context, Group, Io } from './frame/command.ts';
import { connectionFrom } from './frame/connection.ts';
import { didYouMean } from './frame/did-you-mean.ts';
import { EXIT } from './frame/exit-codes.ts';
import { flagName, type ValuesOf } from './frame/flags.ts';
import { GLOBAL_FLAGS } from './frame/global-flags.ts';
import { helpOfCommand, helpOfGroup, helpOfProgram } from './frame/help.ts';
import { parseLine } from './frame/parse-line.ts';
import { UsageError } from './frame/usage-error.ts';
import { styleFor } from './output/style.ts';

/** Runs a command that does its work and ends, or shows help. Answers the exit code; throws what goes wrong. */
export async function runCommandLine(argv: readonly string[], io: Io): Promise<number> {
  const target = findCommand(argv);
  if ('help' in target) {
    io.stdout.write(target.help);
    return EXIT.ok;
  }
  return await runCommand(target, io);
}

interface Target {
  readonly path: string;
  readonly command: Command;
  readonly rest: readonly string[];
}

function findCommand(argv: readonly string[]): Target | { readonly help: string } {
  const { words, place } = leadingWords(argv);
  const [first, second] = words;
  const wantsHelp = argv.includes('--help') || argv.includes('-h') || first === 'help';
  const [name, next] = first === 'help' ? [second, words[2]] : [first, second];
  if (name === undefined) {
    if (wantsHelp || argv.length === 0) return { help: helpOfProgram([...LONG_RUNNING, ...SINGLES, ...GROUPS]) };
    throw new UsageError(`Say what to do. ${HINT}`);
  }
  if (wantsHelp && LONG_RUNNING.some((one) => one.name === name))
    return { help: `"sallyport ${name} --help" tells it.\n` };
  const single = SINGLES.find((command) => command.name === name);
  if (single !== undefined)
    return wantsHelp
      ? { help: helpOfCommand(name, single) }
      : { path: name, command: single, rest: without(argv, place.slice(0, 1)) };
  const group = GROUPS.find((one) => one.name === name || one.aliases?.includes(name) === true);
  if (group === undefined)
    throw new UsageError(
      `There is no command "${name}".${didYouMean(
        name,
        [...LONG_RUNNING, ...SINGLES, ...GROUPS].map((one) => one.name),
      )} ${HINT}`,
    );
  const command = group.commands.find((one) => one.name === next);
  if (wantsHelp)
    return {
      help: command === undefined ? helpOfGroup(group) : helpOfCommand(`${group.name} ${command.name}`, command),
    };
  if (command === undefined) throw new UsageError(problemWithSecondWord(group, next));
  return { path: `${group.name} ${command.name}`, command, rest: without(argv, place.slice(0, 2)) };
}

const HINT = '"sallyport --help" lists all commands.';

/** The first words that are no flags, as flags may stand before the command: `--data d connector list`. */
function leadingWords(argv: readonly string[]): {
  readonly words: readonly string[];
  readonly place: readonly number[];
} {
  const place: number[] = [];
  const takesValue = new Set(
    Object.entries(GLOBAL_FLAGS)
      .filter(([, flag]) => flag.placeholder !== undefined)
      .map(([key]) => flagName(key)),
  );
  for (let i = 0; i < argv.length && place.length < 3; i += 1) {
    const item = argv[i] as string;
    if (takesValue.has(item)) i += 1;
    else if (!item.startsWith('-')) place.push(i);
    else if (place.length > 0 && item !== '--json') break;
  }
  return { words: place.map((i) => argv[i] as string), place };
}

function without(argv: readonly string[], places: readonly number[]): readonly string[] {
  return argv.filter((_, i) => !places.includes(i));
}

function problemWithSecondWord({ name, commands }: Group, given: string | undefined): string {
  const names = commands.map((command) => command.name);
  return given === undefined
    ? `What should be done with ${name}? There is ${names.join(', ')}.`
    : `There is no "${name} ${given}".${didYouMean(given, names)} There is ${names.join(', ')}.`;
}

async function runCommand({ command, rest }: Target, io: Io): Promise<number> {
  const { args, flags } = parseLine(rest, command.args, { ...command.flags, ...GLOBAL_FLAGS });
  const global = flags as ValuesOf<typeof GLOBAL_FLAGS>;
  let client: HubClient | undefined;
  const context: Context = {
    env: io.env,
    style: styleFor(io.stdout, global.json ? { NO_COLOR: '1' } : io.env),
    hub: async () => (client ??= new HubClient(await connectionFrom(global, io.env))),
    connection: () => connectionFrom(global, io.env),
    readInput: () => io.readInput(),
    say: (text) => {
      io.stderr.write(text);
    },
    progress: (text) => {
      if (io.stderr.isTTY === true) io.stderr.write(text);
    },
  };
  try {
    const result = await command.run({ args, flags }, context);
    io.stdout.write(global.json ? `${JSON.stringify(result.json, null, 2)}\n` : result.text);
    return result.exit ?? EXIT.ok;
  } finally {
    client?.close();
  }
}
