import type { Found } from '../field-map/json-path.ts';
import { pathOf, valuesAt } from '../field-map/json-path.ts';

/** The records in a body with their places; `undefined` when nothing stands at the path, so that it cannot be the sender's. */
export function recordsAt(path: string, body: unknown): readonly Found[] | undefined {
  const found = valuesAt(pathOf(path), body).filter(({ value }) => typeof value === 'object' && value !== null);
  if (found.length === 0) return undefined;
  return found.flatMap(({ path: place, value }) => (Array.isArray(value) ? value.map((item: unknown, i) => ({ path: `${place}[${i}]`, value: item })) : [{ path: place, value }]));
}
