import type { HubClient, HubConnection } from '@sallyport/contracts/client/index.ts';
import type { Arguments, WordsOf } from './arguments.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Flags, ValuesOf } from './flags.ts';
import type { Style } from '../output/style.ts';

/** What a command may use of the world. */
export interface Context {
  /** Made at the first call, from `--data` or `--url` and its neighbours. */
  hub(): Promise<HubClient>;
  /** Whom `hub` talks to, for commands that make their own calls. */
  connection(): Promise<HubConnection>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly style: Style;
  /** Standard input as text, for `-f -` and for secrets. */
  readInput(): Promise<string>;
  /** Tells what a person has to do or wants to know while a command is at work; on standard error. */
  say(text: string): void;
  /** Shows what is going on, on standard error; only to a person. */
  progress(text: string): void;
}

/** What a command says: one value for machines (`--json`), one text for people. */
export interface Result {
  readonly json: unknown;
  readonly text: string;
  readonly exit?: ExitCode | undefined;
}

export interface Example {
  readonly line: string;
  /** What it does, when the line does not tell. */
  readonly says?: string | undefined;
}

/** A command as the frame sees it. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** More than the summary, where there is more to know. */
  readonly description?: string | undefined;
  readonly args: Arguments;
  readonly flags: Flags;
  readonly examples: readonly Example[];
  run(
    input: { readonly args: Readonly<Record<string, unknown>>; readonly flags: Readonly<Record<string, unknown>> },
    context: Context,
  ): Promise<Result>;
}

/** A command that reads its own line, writes as it goes on and answers the exit code. */
export interface LongRunning {
  readonly name: string;
  readonly summary: string;
  start(argv: readonly string[], io: Io): Promise<number>;
}

/** The outside of the program; a test brings its own. */
export interface Io {
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean };
  readInput(): Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Commands that share a first word. */
export interface Group {
  readonly name: string;
  readonly summary: string;
  readonly aliases?: readonly string[] | undefined;
  readonly commands: readonly Command[];
}

interface TypedCommand<A extends Arguments, F extends Flags> extends Omit<Command, 'args' | 'flags' | 'run'> {
  readonly args?: A;
  readonly flags?: F;
  run(input: { readonly args: WordsOf<A>; readonly flags: ValuesOf<F> }, context: Context): Promise<Result>;
}

/** Declares a command; what `run` gets follows from its arguments and flags. */
export function command<const A extends Arguments = Record<never, never>, const F extends Flags = Record<never, never>>(
  declared: TypedCommand<A, F>,
): Command {
  const { args, flags, run, ...rest } = declared;
  return {
    ...rest,
    args: args ?? {},
    flags: flags ?? {},
    // The parser makes exactly what was declared.
    run: (input, context) => run(input as { args: WordsOf<A>; flags: ValuesOf<F> }, context),
  };
}
