import type { Resource } from '@sallyport/contracts/client/index.ts';
import { propertiesOf } from '@sallyport/contracts/graph/model.ts';
import { versionOf, type GraphKind } from '../shared/graph-kinds.ts';

/**
 * What the hub keeps of an item, and the names of the rest. An export of a directory has much that no decision
 * depends on. Policies are taken as they are: a rule that is left out in silence would be worse than a refusal.
 */
export function knownPart(
  kind: GraphKind,
  item: Resource,
): { readonly known: Resource; readonly unknown: readonly string[] } {
  if (!kind.lenient) return { known: item, unknown: [] };
  const properties = propertiesOf(kind.type, versionOf(kind));
  const isKnown = (name: string): boolean =>
    name.includes('@odata.') || kind.apart.includes(name) || properties.has(name);
  const entries = Object.entries(item);
  return {
    known: Object.fromEntries(entries.filter(([name]) => isKnown(name))),
    unknown: entries.map(([name]) => name).filter((name) => !isKnown(name)),
  };
}
