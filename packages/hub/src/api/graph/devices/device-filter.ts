import type { Filter, FilterPath, FilterValue } from '@sallyport/contracts/graph/odata/filter.ts';
import type { OrderBy } from '@sallyport/contracts/graph/odata/parse-query.ts';
import { refuse } from '@sallyport/contracts/graph/odata/tokens.ts';
import {
  DEVICE_COLUMNS,
  type DeviceFilter,
  type DeviceFilterColumn,
  type DeviceQuery,
  type FilterOperator,
} from '../../../store/store.ts';

/** What a device list can be filtered and sorted by: the store has an answer for these and no others. */
const COLUMNS: ReadonlyMap<string, DeviceFilterColumn> = new Map<string, DeviceFilterColumn>([
  ...DEVICE_COLUMNS.map((column) => [column, column] as const),
  ['id', 'id'],
  ['complianceState', 'complianceState'],
  ['partnerReportedThreatState', 'partnerReportedThreatState'],
  // Beta's second names for the same things.
  ['azureActiveDirectoryDeviceId', 'azureADDeviceId'],
  ['ownerType', 'managedDeviceOwnerType'],
]);

/** Their order is that of a list of states, which has none. */
const UNORDERED: ReadonlySet<DeviceFilterColumn> = new Set([
  'complianceState',
  'partnerReportedThreatState',
  'managedDeviceOwnerType',
]);

/** A `$filter` on managed devices as the store understands it. Refuses what the store cannot answer. */
export function toDeviceFilter(filter: Filter): DeviceFilter {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { op: filter.kind, parts: filter.parts.map(toDeviceFilter) };
    case 'not':
      return { op: 'not', part: toDeviceFilter(filter.part) };
    case 'compare':
      return comparison(filter.op, columnOf(filter.path, '$filter'), filter.value);
    case 'text':
      return comparison(filter.fn, columnOf(filter.path, '$filter'), filter.value);
    case 'in': {
      const column = columnOf(filter.path, '$filter');
      return { op: 'or', parts: filter.values.map((value) => comparison('eq', column, value)) };
    }
    case 'isof':
    case 'any':
      throw refuse('$filter', `cannot use ${filter.kind} on managed devices`);
  }
}

export function toDeviceOrder(orderBy: readonly OrderBy[]): NonNullable<DeviceQuery['orderBy']> {
  return orderBy.map(({ steps, descending }) => ({ column: columnNamed(steps, '$orderby'), descending }));
}

function comparison(op: FilterOperator, column: DeviceFilterColumn, value: FilterValue): DeviceFilter {
  const ordered = op !== 'eq' && op !== 'ne';
  if (ordered && UNORDERED.has(column)) throw refuse('$filter', `can compare ${column} with eq, ne and in only`);
  if (column === 'complianceState' && value === 'unknown') return unknownState(op);
  return { op, column, value: value === null ? null : String(value) };
}

/** Graph's list of states has no "not applicable" for a device; it is shown as unknown, so it is found as that. */
function unknownState(op: FilterOperator): DeviceFilter {
  const parts = ['unknown', 'notApplicable'].map((value): DeviceFilter => ({ op, column: 'complianceState', value }));
  return { op: op === 'ne' ? 'and' : 'or', parts };
}

function columnOf(path: FilterPath, option: string): DeviceFilterColumn {
  return columnNamed(path.steps, option);
}

function columnNamed(steps: readonly string[], option: string): DeviceFilterColumn {
  const column = COLUMNS.get(steps.join('/'));
  if (column === undefined)
    throw refuse(
      option,
      `cannot use "${steps.join('/')}" on managed devices; it can use ${[...COLUMNS.keys()].sort().join(', ')}`,
    );
  return column;
}
