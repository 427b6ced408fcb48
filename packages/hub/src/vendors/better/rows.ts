import { identifier, isRecord } from '../kit/wire-read.ts';
import type { BetterRow, Columns, Table } from './wire.ts';
import { columnsOf, instantIn } from './wire.ts';

/** Rows of one table that came together, in their order, made ready to be taken. `timeOf` says when one was written, if that is known. */
export function rowsOf(
  table: Table,
  rows: readonly unknown[],
  timeOf: (columns: Columns) => number | undefined,
): readonly BetterRow[] {
  const before = new Map<string, number>();
  return rows.filter(isRecord).map((row): BetterRow => {
    const columns = columnsOf(row);
    const at = timeOf(columns);
    const same = JSON.stringify([subjectOf(table, columns), at ?? instantIn(columns, TIME_OF[table]) ?? null]);
    const place = before.get(same) ?? 0;
    before.set(same, place + 1);
    return {
      table,
      row,
      ...(at !== undefined && { writtenAt: new Date(at).toISOString() }),
      ...(place > 0 && { place }),
    };
  });
}

const TIME_OF: Readonly<Record<Table, string>> = { device: 'lastreported', incident: 'logtimestamp' };

function subjectOf(table: Table, columns: Columns): string | null {
  return identifier(columns.get(table === 'device' ? 'deviceudid' : 'threatid')) ?? null;
}

/** Which table a `Log-Type` names; `undefined` for those that tell nothing about a device's health. */
export function tableOfLogType(logType: string): Table | undefined {
  const name = /^bettermtd(device|incident)log(?:_cl)?$/i.exec(logType)?.[1]?.toLowerCase();
  return name === 'device' || name === 'incident' ? name : undefined;
}
