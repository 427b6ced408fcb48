import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { EXIT } from '../../frame/exit-codes.ts';
import { alone } from '../../frame/flags.ts';
import { plain } from '../../output/plain.ts';
import type { Style } from '../../output/style.ts';
import { table } from '../../output/table.ts';
import { checkItems } from './check-items.ts';
import { importItems, type ImportSummary } from './import-items.ts';
import { readImport, type ImportProblem } from './read-files.ts';

export const importCommand = command({
  name: 'import',
  summary: 'Bring in users, devices, groups, connectors and policies from JSON, such as an export of Graph',
  description:
    'Takes a file or a folder of .json files: answers of Graph ("value" with "@odata.context"), lists in files named after what they hold (users.json, groups.json, managedDevices.json, ...), or one object of such sections; a backup by IntuneBackupAndRestore, whose assignments stand in a folder of their own. Other folders in it are not read, which is said. Groups name their members in "members". What is there already, by id or name, is changed. What is wrong in the files themselves is told with file, line and field, and nothing is sent until it is mended. Every item is taken whole or not at all; what the hub refuses is told in the same way, and does not keep the rest out. What it takes and cannot use, such as the name of an unknown system, is a warning. Exits 1 if anything was refused.',
  args: { path: word('PATH', 'File or folder') },
  flags: { dryRun: alone('Check the files and tell what would be made and changed; change nothing') },
  examples: [{ line: 'sallyport import tenant.json --dry-run' }, { line: 'sallyport import export/' }],
  async run({ args, flags }, context) {
    const { items, notes, problems: unreadable } = await readImport(args.path);
    const wrong = [...unreadable, ...checkItems(items)];
    const hub = await context.hub();
    // A file that is wrong in itself is mended first: half an import is harder to look through than none.
    const summary: ImportSummary =
      wrong.length > 0
        ? { done: new Map(), problems: [], warnings: [], leftOut: new Map() }
        : await importItems(hub, items, {
            dryRun: flags.dryRun,
            progress: (done, of) => context.progress(`\r${done} of ${of}${done === of ? '\n' : ''}`),
          });
    const problems = [...wrong, ...summary.problems];
    return {
      json: {
        dryRun: flags.dryRun,
        done: Object.fromEntries(summary.done),
        problems,
        warnings: summary.warnings,
        notes,
        leftOut: Object.fromEntries(summary.leftOut),
      },
      text:
        notes.map((note) => lineOf(context.style.dim('note'), note)).join('') +
        summaryText(summary, problems, flags.dryRun, wrong.length > 0, context.style),
      exit: problems.length > 0 ? EXIT.failed : EXIT.ok,
    };
  },
});

function lineOf(word: string, { file, line, message }: ImportProblem): string {
  return `${word}  ${file}:${line}  ${plain(message)}\n`;
}

function summaryText(
  { done, warnings, leftOut }: ImportSummary,
  problems: readonly ImportProblem[],
  dryRun: boolean,
  nothingSent: boolean,
  style: Style,
): string {
  const counts = table(
    [...done],
    [
      { title: 'KIND', cell: ([kind]) => kind },
      { title: dryRun ? 'WOULD BE MADE' : 'MADE', cell: ([, count]) => count.created },
      { title: dryRun ? 'WOULD BE CHANGED' : 'CHANGED', cell: ([, count]) => count.changed },
      { title: 'REFUSED', cell: ([, count]) => count.failed },
    ],
    style,
    nothingSent ? 'Nothing was sent. Fix the files first.' : 'There is nothing to import in it.',
  );
  const lines = [
    ...problems.map((problem) => lineOf(style.bad('problem'), problem)),
    ...warnings.map((warning) => lineOf(style.warn('warning'), warning)),
  ];
  const notes = [...leftOut].map(
    ([name, count]) => `${style.dim('left out')}  ${plain(name)}, which this hub does not keep (${count})\n`,
  );
  return `${lines.join('')}${lines.length > 0 ? '\n' : ''}${counts}${notes.length > 0 ? '\n' : ''}${notes.join('')}`;
}
