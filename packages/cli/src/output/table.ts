import { plain } from './plain.ts';
import type { Style } from './style.ts';

export interface Column<T> {
  readonly title: string;
  /** `null` and `undefined` are shown as a dash. */
  cell(row: T): string | number | boolean | null | undefined;
  readonly paint?: ((cell: string) => string) | undefined;
}

/** Rows under titles, each column as wide as its widest cell. `none` is said where there are no rows. */
export function table<T>(rows: readonly T[], columns: readonly Column<T>[], style: Style, none: string): string {
  if (rows.length === 0) return `${none}\n`;
  const cells = rows.map((row) => cellsOf(row, columns));
  const widths = columns.map(({ title }, i) => Math.max(width(title), ...cells.map((row) => width(row[i] ?? ''))));
  const line = (parts: readonly string[], paint: (part: string, i: number) => string): string =>
    // Painted after it was padded: colours have no width.
    parts
      .map((part, i) => paint(part + ' '.repeat((widths[i] ?? 0) - width(part)), i))
      .join('  ')
      .trimEnd();
  const head = line(
    columns.map(({ title }) => title),
    (part) => style.bold(part),
  );
  return `${[head, ...cells.map((row) => line(row, (part, i) => columns[i]?.paint?.(part) ?? part))].join('\n')}\n`;
}

/** The hub lists what it cannot read with its id alone. */
function cellsOf<T>(row: T, columns: readonly Column<T>[]): readonly string[] {
  const { unreadable, id } = row as { readonly unreadable?: boolean; readonly id?: string };
  if (unreadable === true && id !== undefined)
    return [plain(id), 'cannot be read: delete it and make it again', ...columns.slice(2).map(() => '-')];
  return columns.map((column) => shownCell(column.cell(row)));
}

/** Names and values under each other, for one thing. */
export function facts(
  rows: readonly (readonly [string, string | number | boolean | null | undefined])[],
  style: Style,
): string {
  const widest = Math.max(...rows.map(([name]) => width(name)));
  return rows.map(([name, value]) => `${style.dim(name.padEnd(widest))}  ${shownCell(value)}\n`).join('');
}

function shownCell(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined || value === '') return '-';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return plain(String(value));
}

/** In characters as people count them. */
function width(text: string): number {
  return [...SEGMENTS.segment(text)].length;
}

const SEGMENTS = new Intl.Segmenter('en', { granularity: 'grapheme' });
