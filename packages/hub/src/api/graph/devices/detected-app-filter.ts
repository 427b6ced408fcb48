import type { Filter, FilterValue } from '@sallyport/contracts/graph/odata/filter.ts';
import type { OrderBy } from '@sallyport/contracts/graph/odata/parse-query.ts';
import { refuse } from '@sallyport/contracts/graph/odata/tokens.ts';
import type { DetectedAppColumn, DetectedAppFilter, DetectedAppQuery, FilterOperator } from '../../../store/store.ts';

const COLUMNS: ReadonlySet<string> = new Set<DetectedAppColumn>([
  'id',
  'displayName',
  'version',
  'publisher',
  'platform',
  'sizeInByte',
  'deviceCount',
]);

/** A `$filter` on detected apps as the store understands it. */
export function toDetectedAppFilter(filter: Filter): DetectedAppFilter {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { op: filter.kind, parts: filter.parts.map(toDetectedAppFilter) };
    case 'not':
      return { op: 'not', part: toDetectedAppFilter(filter.part) };
    case 'compare':
      return comparison(filter.op, columnNamed(filter.path.steps, '$filter'), filter.value);
    case 'text':
      return comparison(filter.fn, columnNamed(filter.path.steps, '$filter'), filter.value);
    case 'in': {
      const column = columnNamed(filter.path.steps, '$filter');
      return { op: 'or', parts: filter.values.map((value) => comparison('eq', column, value)) };
    }
    case 'isof':
    case 'any':
      throw refuse('$filter', `cannot use ${filter.kind} on detected apps`);
  }
}

export function toDetectedAppOrder(orderBy: readonly OrderBy[]): NonNullable<DetectedAppQuery['orderBy']> {
  return orderBy.map(({ steps, descending }) => ({ column: columnNamed(steps, '$orderby'), descending }));
}

/** Platforms are a list of words, which has no order. */
function comparison(op: FilterOperator, column: DetectedAppColumn, value: FilterValue): DetectedAppFilter {
  if (column === 'platform' && op !== 'eq' && op !== 'ne')
    throw refuse('$filter', 'can compare platform with eq, ne and in only');
  return { op, column, value: typeof value === 'boolean' ? String(value) : value };
}

function columnNamed(steps: readonly string[], option: string): DetectedAppColumn {
  const name = steps.join('/');
  if (!COLUMNS.has(name))
    throw refuse(option, `cannot use "${name}" on detected apps; it can use ${[...COLUMNS].sort().join(', ')}`);
  return name as DetectedAppColumn;
}
