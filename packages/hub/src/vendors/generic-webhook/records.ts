import type { Found } from '../field-map/json-path.ts';
import { pathOf, valuesAt } from '../field-map/json-path.ts';

/**
 * The records in a body with their places; `undefined` when no object stands at the path, so that it cannot be the sender's.
 * What stands beside objects and is none is among them: it is told of as a record that cannot be read.
 */
export function recordsAt(path: string, body: unknown): readonly Found[] | undefined {
  const found = valuesAt(pathOf(path), body);
  if (!found.some(({ value }) => typeof value === 'object' && value !== null)) return undefined;
  return found.flatMap(({ path: place, value }) =>
    Array.isArray(value)
      ? value.map((item: unknown, i) => ({ path: `${place}[${i}]`, value: item }))
      : [{ path: place, value }],
  );
}
