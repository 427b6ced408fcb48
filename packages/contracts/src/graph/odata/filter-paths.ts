import { isModelType, isKindOf, modelEnum, propertiesOf, type GraphVersion, type ModelProperty } from '../model.ts';
import type { FilterPath } from './filter.ts';
import { refuse } from './tokens.ts';

/** What names in a filter may mean. */
export interface NameScope {
  readonly type: string;
  readonly version: GraphVersion;
  readonly option: string;
  /** Lambda variables and what they stand for. */
  readonly variables: ReadonlyMap<string, ModelProperty>;
}

export interface ResolvedPath {
  readonly path: FilterPath;
  readonly collection: boolean;
}

/** Resolves `conditions/users/includeUsers`, `microsoft.graph.ipNamedLocation/isTrusted` or `u/id` against the model. */
export function resolvePath(words: readonly string[], scope: NameScope): ResolvedPath {
  let type = scope.type;
  let rest = words;
  let cast: string | undefined;
  let variable: string | undefined;
  let found: ModelProperty | undefined;
  const [first = ''] = words;
  if (first.startsWith('microsoft.graph.')) {
    cast = resolveCast(first, scope);
    type = cast;
    rest = words.slice(1);
    if (rest.length === 0) throw refuse(scope.option, `names the type ${first} without a property of it`);
  } else if (scope.variables.has(first)) {
    variable = first;
    found = scope.variables.get(first);
    rest = words.slice(1);
  }
  const steps: string[] = [];
  for (const word of rest) {
    if (found !== undefined) type = typeToStepInto(found, steps, scope);
    const [name, property] = propertyNamed(type, word, scope);
    steps.push(name);
    found = property;
  }
  if (found === undefined) throw refuse(scope.option, 'names no property');
  return {
    path: { variable, cast, steps, type: found.type },
    collection: found.collection === true && !(variable !== undefined && steps.length === 0),
  };
}

export function resolveCast(word: string, scope: NameScope): string {
  const name = /^microsoft\.graph\.(\w+)$/.exec(word)?.[1] ?? '';
  if (!isModelType(name) || !isKindOf(name, scope.type))
    throw refuse(scope.option, `names ${word}, which is not a type of this collection`);
  return name;
}

function typeToStepInto(property: ModelProperty, steps: readonly string[], scope: NameScope): string {
  const shown = steps.join('/');
  if (property.collection === true && steps.length > 0)
    throw refuse(scope.option, `cannot look into the list "${shown}"; use ${shown}/any(x: ...)`);
  if (!isModelType(property.type)) throw refuse(scope.option, `cannot look into "${shown}", which is a plain value`);
  return property.type;
}

/** Names are matched in any letter case, as Graph does in queries. */
function propertyNamed(type: string, word: string, scope: NameScope): [string, ModelProperty] {
  const properties = propertiesOf(type, scope.version);
  const exact = properties.get(word);
  if (exact !== undefined && exact.type !== 'null') return [word, exact];
  for (const [name, property] of properties) {
    if (name.toLowerCase() === word.toLowerCase() && property.type !== 'null') return [name, property];
  }
  throw refuse(scope.option, `names "${word.slice(0, 100)}", which is no property of ${type} in ${scope.version}`);
}

/** Whether something of this type can be compared with a literal. */
export function isPlain(type: string): boolean {
  return type.startsWith('Edm.') || modelEnum(type) !== undefined;
}
