import type { Figure, PartResult } from './figure.ts';

const COLUMNS = ['what', 'who', 'median', 'min - max', 'unit', 'beside', 'objective'] as const;

/** The figures as a Markdown table, which reads well in a terminal too. */
export function tableOf({ title, figures, notes }: PartResult): string {
  const rows = [COLUMNS, ...figures.map(rowOf)];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => (row[column] as string).length)));
  const lines = rows.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] as number)).join(' | ')} |`,
  );
  lines.splice(1, 0, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`);
  const remarks = [
    ...notes,
    ...figures.flatMap(({ name, who, note }) => (note === undefined ? [] : [`${name}, ${who}: ${note}`])),
  ];
  return `## ${title}\n\n${lines.join('\n')}\n${remarks.length === 0 ? '' : `\n${remarks.map((remark) => `- ${remark}`).join('\n')}\n`}`;
}

function rowOf({ name, who, unit, value, beside, objective }: Figure): readonly string[] {
  return [
    name,
    who,
    number(value.median),
    value.rounds === 1 ? 'one round' : `${number(value.min)} - ${number(value.max)}`,
    unit,
    beside === undefined ? '' : `${ratio(beside.ratio)} of ${beside.who}`,
    objective === undefined ? '' : `${objective.text}: ${objective.met ? 'met' : 'MISSED'}`,
  ];
}

function number(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function ratio(value: number): string {
  if (value >= 0.1) return `${value.toFixed(2)} x`;
  return `1/${Math.round(1 / value).toLocaleString('en')}`;
}
