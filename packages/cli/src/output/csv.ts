import { plain } from './plain.ts';
import type { Column } from './table.ts';

/**
 * Rows as comma-separated values (RFC 4180), with a line of titles. A cell that a spreadsheet would take for a formula
 * gets an apostrophe in front.
 */
export function csv<T>(rows: readonly T[], columns: readonly Pick<Column<T>, 'title' | 'cell'>[]): string {
  const lines = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ cell }) => shownCell(cell(row)))),
  ];
  return lines.map((cells) => `${cells.map(quoted).join(',')}\r\n`).join('');
}

function shownCell(value: string | number | boolean | null | undefined): string {
  if (typeof value === 'number') return String(value);
  const text = plain(String(value ?? ''));
  return /^[=+\-@]/u.test(text) ? `'${text}` : text;
}

function quoted(cell: string): string {
  return /[",\r\n]/u.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
