import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { DetectedAppColumn, DetectedAppFilter, FilterOperator } from '../store.ts';
import { foldText } from './fold.ts';

type Condition = RawBuilder<boolean>;
type Comparison = Extract<DetectedAppFilter, { column: DetectedAppColumn }>;

const NEVER: Condition = sql<boolean>`1 = 0`;
const ALWAYS: Condition = sql<boolean>`1 = 1`;

/** What each column is compared and sorted by. */
const EXPRESSION: Readonly<Record<DetectedAppColumn, RawBuilder<unknown>>> = {
  id: sql`digest`,
  displayName: sql`folded_name`,
  version: sql`folded_version`,
  publisher: sql`folded_publisher`,
  platform: sql`lower(platform)`,
  sizeInByte: sql`coalesce(bundle_size, 0)`,
  deviceCount: sql`devices`,
};

const SQL_OPERATOR = { eq: '=', lt: '<', le: '<=', gt: '>', ge: '>=' } as const;

/** A filter as a condition over `apps`. As in `device-filter.ts`, every negation is written as "is not true". */
export function appCondition(filter: DetectedAppFilter): Condition {
  switch (filter.op) {
    case 'and':
      return filter.parts.length === 0
        ? ALWAYS
        : sql<boolean>`(${sql.join(filter.parts.map(appCondition), sql` and `)})`;
    case 'or':
      return filter.parts.length === 0 ? NEVER : sql<boolean>`(${sql.join(filter.parts.map(appCondition), sql` or `)})`;
    case 'not':
      return sql<boolean>`((${appCondition(filter.part)}) is not true)`;
    case 'ne':
      return sql<boolean>`((${comparison({ ...filter, op: 'eq' })}) is not true)`;
    default:
      return comparison(filter);
  }
}

export function appExpression(column: DetectedAppColumn): RawBuilder<unknown> {
  return EXPRESSION[column];
}

function comparison({ op, column, value }: Comparison): Condition {
  const left = EXPRESSION[column];
  if (value === null) return op === 'eq' ? sql<boolean>`${left} is null` : NEVER;
  const right = typeof value === 'number' ? value : foldText(value);
  if (op === 'contains' || op === 'startswith' || op === 'endswith') {
    return typeof right === 'string' ? sql<boolean>`${left} like ${pattern(op, right)} escape '\\'` : NEVER;
  }
  return sql<boolean>`${left} ${sql.raw(SQL_OPERATOR[op as keyof typeof SQL_OPERATOR])} ${right}`;
}

function pattern(op: FilterOperator, value: string): string {
  const literal = value.replaceAll(/[\\%_]/g, (wildcard) => `\\${wildcard}`);
  return `${op === 'startswith' ? '' : '%'}${literal}${op === 'endswith' ? '' : '%'}`;
}
