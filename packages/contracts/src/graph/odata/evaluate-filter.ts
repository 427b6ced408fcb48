import { isKindOf, typeOfBody, type GraphBody } from '../model.ts';
import type { CompareOperator, Filter, FilterPath, FilterValue, TextFunction } from './filter.ts';

/** Whether a resource of the collection's `type` passes the filter. Text compares in any letter case, times as instants. */
export function matchesFilter(filter: Filter, resource: Readonly<GraphBody>, type: string): boolean {
  return holds(filter, { resource, type, items: new Map() });
}

interface Subject {
  readonly resource: Readonly<GraphBody>;
  readonly type: string;
  readonly items: ReadonlyMap<string, unknown>;
}

function holds(filter: Filter, subject: Subject): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.parts.every((part) => holds(part, subject));
    case 'or':
      return filter.parts.some((part) => holds(part, subject));
    case 'not':
      return !holds(filter.part, subject);
    case 'compare':
      return compares(filter.op, valueAt(filter.path, subject), filter.value, filter.path.type);
    case 'in':
      return filter.values.some((value) => compares('eq', valueAt(filter.path, subject), value, filter.path.type));
    case 'text':
      return textHolds(filter.fn, valueAt(filter.path, subject), filter.value);
    case 'isof':
      return isKindOf(typeOfBody(subject.resource, subject.type), filter.type);
    case 'any':
      return anyHolds(filter, subject);
  }
}

function anyHolds(filter: Extract<Filter, { kind: 'any' }>, subject: Subject): boolean {
  const list = valueAt(filter.path, subject);
  if (!Array.isArray(list)) return false;
  const { body, variable } = filter;
  if (body === undefined) return list.length > 0;
  return list.some((item) => holds(body, { ...subject, items: new Map([...subject.items, [variable, item]]) }));
}

/** `null` for everything that is not there: OData has no "undefined". */
function valueAt(path: FilterPath, subject: Subject): unknown {
  if (path.cast !== undefined && !isKindOf(typeOfBody(subject.resource, subject.type), path.cast)) return null;
  let value: unknown = path.variable === undefined ? subject.resource : subject.items.get(path.variable);
  for (const step of path.steps) {
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, step) ? (value as GraphBody)[step] : null;
  }
  return value ?? null;
}

function compares(op: CompareOperator, left: unknown, right: FilterValue, type: string): boolean {
  if (left === null || right === null) return op === 'eq' ? left === right : op === 'ne' ? left !== right : false;
  const order = orderOf(left, right, type);
  switch (op) {
    case 'eq':
      return order === 0;
    case 'ne':
      return order !== 0;
    case 'lt':
      return order < 0;
    case 'le':
      return order <= 0;
    case 'gt':
      return order > 0;
    case 'ge':
      return order >= 0;
  }
}

/** Negative, zero or positive; null sorts first. Also used by `$orderby`. */
export function orderOf(left: unknown, right: unknown, type: string): number {
  if (left === null || left === undefined || right === null || right === undefined)
    return Number(left !== null && left !== undefined) - Number(right !== null && right !== undefined);
  if (type === 'Edm.DateTimeOffset') return Date.parse(String(left)) - Date.parse(String(right));
  if (typeof left === 'string' && typeof right === 'string') {
    const a = left.toLowerCase();
    const b = right.toLowerCase();
    return a < b ? -1 : a > b ? 1 : 0;
  }
  return Number(left) - Number(right);
}

function textHolds(fn: TextFunction, value: unknown, part: string): boolean {
  if (typeof value !== 'string') return false;
  const text = value.toLowerCase();
  const wanted = part.toLowerCase();
  switch (fn) {
    case 'contains':
      return text.includes(wanted);
    case 'startswith':
      return text.startsWith(wanted);
    case 'endswith':
      return text.endsWith(wanted);
  }
}
