import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { THREAT_STATES } from '@sallyport/core';
import type { ComplianceState } from '@sallyport/core';
import type { DeviceFilter, DeviceFilterColumn, DevicePosition, DeviceQuery, FilterOperator } from '../store.ts';
import { foldKey, foldText } from './fold.ts';
import { COLUMN_OF } from './tables.ts';

type Condition = RawBuilder<boolean>;
type Comparison = Extract<DeviceFilter, { column: DeviceFilterColumn }>;

const NEVER: Condition = sql<boolean>`1 = 0`;
const ALWAYS: Condition = sql<boolean>`1 = 1`;

const COMPLIANCE_STATES: readonly ComplianceState[] = [
  'unknown',
  'notApplicable',
  'compliant',
  'inGracePeriod',
  'noncompliant',
  'error',
  'conflict',
];

const STATE_COLUMN = {
  complianceState: { name: 'postures.compliance_state', states: COMPLIANCE_STATES },
  partnerReportedThreatState: { name: 'postures.merged_state', states: THREAT_STATES },
} as const;
type StateColumn = keyof typeof STATE_COLUMN;

const isState = (column: DeviceFilterColumn): column is StateColumn => Object.hasOwn(STATE_COLUMN, column);

const SQL_OPERATOR = { eq: '=', lt: '<', le: '<=', gt: '>', ge: '>=' } as const;

/**
 * A filter as a condition over `devices` and the posture left joined to it. OData knows only true and false
 * (URL conventions 5.1.1.1: a comparison with null is false, `ne` is its opposite), SQL also null; so every
 * negation is written as "is not true".
 */
export function conditionOf(filter: DeviceFilter): Condition {
  switch (filter.op) {
    case 'and':
      return filter.parts.length === 0
        ? ALWAYS
        : sql<boolean>`(${sql.join(filter.parts.map(conditionOf), sql` and `)})`;
    case 'or':
      return filter.parts.length === 0 ? NEVER : sql<boolean>`(${sql.join(filter.parts.map(conditionOf), sql` or `)})`;
    case 'not':
      return sql<boolean>`((${conditionOf(filter.part)}) is not true)`;
    case 'ne':
      return sql<boolean>`((${comparison({ ...filter, op: 'eq' })}) is not true)`;
    default:
      return comparison(filter);
  }
}

/** What a column is compared and sorted by. A device that was never evaluated is in state `unknown`. */
export function expressionOf(column: DeviceFilterColumn): RawBuilder<unknown> {
  if (column === 'id') return sql`${sql.ref('devices.id')}`;
  if (isState(column)) return sql`lower(coalesce(${sql.ref(STATE_COLUMN[column].name)}, 'unknown'))`;
  return sql`${sql.ref(`devices.${COLUMN_OF[column].name}`)}`;
}

/** Whether a device comes after a place in an order, in which null is lower than everything and ids decide what is left. */
export function isAfter({ id, values }: DevicePosition, orderBy: NonNullable<DeviceQuery['orderBy']>): Condition {
  const parts = orderBy.map(({ column, descending }, index) => ({
    left: expressionOf(column),
    value: values[index] ?? null,
    descending,
  }));
  const ways = parts.map(
    (part, index) => sql<boolean>`(${sql.join([...parts.slice(0, index).map(isEqual), isBeyond(part)], sql` and `)})`,
  );
  const last = sql<boolean>`(${sql.join([...parts.map(isEqual), sql<boolean>`${sql.ref('devices.id')} > ${id}`], sql` and `)})`;
  return sql<boolean>`(${sql.join([...ways, last], sql` or `)})`;
}

interface OrderedPart {
  readonly left: RawBuilder<unknown>;
  readonly value: string | number | null;
  readonly descending: boolean;
}

function isEqual({ left, value }: OrderedPart): Condition {
  return value === null ? sql<boolean>`${left} is null` : sql<boolean>`${left} = ${value}`;
}

function isBeyond({ left, value, descending }: OrderedPart): Condition {
  if (value === null) return descending ? NEVER : sql<boolean>`${left} is not null`;
  return descending ? sql<boolean>`(${left} < ${value} or ${left} is null)` : sql<boolean>`${left} > ${value}`;
}

function comparison({ op, column, value }: Comparison): Condition {
  const left = expressionOf(column);
  if (value === null) return op === 'eq' ? sql<boolean>`${left} is null` : NEVER;
  if (op === 'eq' && isState(column)) return stateIs(column, value);
  const right = comparable(column, value, op);
  if (op === 'contains' || op === 'startswith' || op === 'endswith') {
    return typeof right === 'string' ? sql<boolean>`${left} like ${pattern(op, right)} escape '\\'` : NEVER;
  }
  if (right === null) return NEVER;
  return sql<boolean>`${left} ${sql.raw(SQL_OPERATOR[op as keyof typeof SQL_OPERATOR])} ${right}`;
}

/** By the name as it is kept, so that the index answers: states are what people filter a large fleet by. */
function stateIs(column: StateColumn, value: string): Condition {
  const { name, states } = STATE_COLUMN[column];
  const state = states.find((known) => known.toLowerCase() === foldText(value));
  if (state === undefined) return NEVER;
  return state === 'unknown'
    ? sql<boolean>`coalesce(${sql.ref(name)}, 'unknown') = 'unknown'`
    : sql<boolean>`${sql.ref(name)} = ${state}`;
}

/** `null`: nothing can be equal to it. */
function comparable(column: DeviceFilterColumn, value: string, op: FilterOperator): string | number | null {
  const type = column in COLUMN_OF ? COLUMN_OF[column as keyof typeof COLUMN_OF].type : 'text';
  // Parts of a key have no other spelling.
  if (type === 'key') return foldKey(value, op === 'eq' ? column : undefined);
  if (type === 'text') return foldText(value);
  const instant = Date.parse(value);
  return Number.isNaN(instant) ? null : instant;
}

function pattern(op: FilterOperator, value: string): string {
  const literal = value.replaceAll(/[\\%_]/g, (wildcard) => `\\${wildcard}`);
  return `${op === 'startswith' ? '' : '%'}${literal}${op === 'endswith' ? '' : '%'}`;
}
