import { shown } from './arguments.ts';
import type { Command, Group } from './command.ts';
import { EXIT_CODES_HELP } from './exit-codes.ts';
import type { Flags } from './flags.ts';
import { flagName } from './flags.ts';
import { GLOBAL_FLAGS } from './global-flags.ts';

/** `sallyport --help`. */
export function helpOfProgram(commands: readonly { readonly name: string; readonly summary: string }[]): string {
  const rows = commands.map(({ name, summary }) => [name, summary] as const);
  return `Usage: sallyport COMMAND [options]

Turns what Mobile Threat Defense vendors know about a phone into access decisions.

Commands
${aligned(rows)}

Options of every command but serve, demo and sandbox
${flagRows(GLOBAL_FLAGS)}

Begin here
  sallyport demo                         sees the whole way from a report to a closed door, in half a minute
  sallyport serve                        runs the hub, with its data in ./data
  sallyport connector list               asks the hub whose credentials are in ./data/admin.json

"sallyport COMMAND --help" tells more, "sallyport --version" which version this is. Exit codes: ${EXIT_CODES_HELP}
`;
}

/** `sallyport connector --help`. */
export function helpOfGroup({ name, summary, commands, aliases = [] }: Group): string {
  const also = aliases.length === 0 ? '' : `\nAlso called ${aliases.join(', ')}.\n`;
  return `Usage: sallyport ${name} COMMAND [options]

${summary}
${also}
${aligned(commands.map((command) => [command.name, command.summary]))}

"sallyport ${name} COMMAND --help" tells more.
`;
}

/** `sallyport connector set --help`. */
export function helpOfCommand(path: string, command: Command): string {
  const words = Object.values(command.args);
  const usage = [
    'sallyport',
    path,
    ...words.map(shown),
    ...(Object.keys(command.flags).length > 0 ? ['[options]'] : []),
  ].join(' ');
  const parts = [
    `Usage: ${usage}`,
    command.summary + (command.description === undefined ? '' : `\n\n${command.description}`),
    ...(words.length === 0 ? [] : [`Arguments\n${aligned(words.map((argument) => [shown(argument), argument.help]))}`]),
    ...(Object.keys(command.flags).length === 0 ? [] : [`Options\n${flagRows(command.flags)}`]),
    `Examples\n${command.examples.map(({ line, says }) => `  ${line}${says === undefined ? '' : `\n      ${says}`}`).join('\n')}`,
    'Options of every command: "sallyport --help".',
  ];
  return `${parts.join('\n\n')}\n`;
}

function flagRows(flags: Flags): string {
  return aligned(
    Object.entries(flags).map(([key, { placeholder, help, required, repeatable }]) => {
      const notes = [...(required ? ['required'] : []), ...(repeatable ? ['may be repeated'] : [])];
      return [
        `${flagName(key)}${placeholder === undefined ? '' : ` ${placeholder}`}`,
        `${help}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`,
      ];
    }),
  );
}

const WIDEST = 34;

function aligned(rows: readonly (readonly [string, string])[]): string {
  const width = Math.min(WIDEST, Math.max(...rows.map(([left]) => left.length)));
  return rows
    .map(([left, right]) =>
      left.length > width ? `  ${left}\n  ${' '.repeat(width)}  ${right}` : `  ${left.padEnd(width)}  ${right}`,
    )
    .join('\n');
}
