import type { GraphVersion } from './model-types.ts';

/** Where the schema of a version is (origin and licence in `csdl/README.md`). */
export function schemaFile(version: GraphVersion): URL {
  return new URL(`csdl/graph-${version}-subset.csdl.xml`, import.meta.url);
}
