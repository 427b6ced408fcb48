import model from './model.json' with { type: 'json' };
import type { GraphModel, GraphVersion, ModelEnum, ModelProperty, ModelType } from './model-types.ts';

export type { GraphVersion, ModelEnum, ModelProperty, ModelType } from './model-types.ts';

/** The types of Graph that we serve, generated from Graph's schema (`generate-model.ts`). */
const MODEL: GraphModel = model as GraphModel;

/** A Graph resource as JSON. */
export type GraphBody = Record<string, unknown>;

export function isGraphBody(value: unknown): value is GraphBody {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const TYPE_PREFIX = '#microsoft.graph.';

export function modelType(name: string): ModelType {
  const type = Object.hasOwn(MODEL.types, name) ? MODEL.types[name] : undefined;
  if (type === undefined) throw new Error(`The Graph model has no type ${name}.`);
  return type;
}

export function modelEnum(name: string): ModelEnum | undefined {
  return Object.hasOwn(MODEL.enums, name) ? MODEL.enums[name] : undefined;
}

/** All that this server draws on, of both versions. */
export function typeNames(): readonly string[] {
  return Object.keys(MODEL.types);
}

export function isModelType(name: string): boolean {
  return Object.hasOwn(MODEL.types, name);
}

const propertiesCache = new Map<string, ReadonlyMap<string, ModelProperty>>();

/** All properties of a type with those it inherits, base first; in one version, or in any. */
export function propertiesOf(typeName: string, version?: GraphVersion): ReadonlyMap<string, ModelProperty> {
  const key = `${typeName} ${version ?? ''}`;
  const cached = propertiesCache.get(key);
  if (cached !== undefined) return cached;
  const type = modelType(typeName);
  const properties = new Map(type.base === undefined ? [] : propertiesOf(type.base, version));
  for (const [name, property] of Object.entries(type.properties)) {
    if (version === undefined || property.only === undefined || property.only === version)
      properties.set(name, property);
  }
  propertiesCache.set(key, properties);
  return properties;
}

/** Whether `typeName` is `baseName` or derives from it. */
export function isKindOf(typeName: string, baseName: string): boolean {
  for (let name: string | undefined = typeName; name !== undefined; name = modelType(name).base) {
    if (name === baseName) return true;
  }
  return false;
}

const concreteCache = new Map<string, readonly string[]>();

/** The types that something declared as `baseName` may really be, itself included unless it is abstract. */
export function concreteTypes(baseName: string, version: GraphVersion): readonly string[] {
  const key = `${baseName} ${version}`;
  const cached = concreteCache.get(key);
  if (cached !== undefined) return cached;
  const names = Object.keys(MODEL.types).filter((name) => {
    const type = modelType(name);
    return type.abstract !== true && (type.only === undefined || type.only === version) && isKindOf(name, baseName);
  });
  concreteCache.set(key, names);
  return names;
}

/** The bare name in an `@odata.type`: `#microsoft.graph.user`, with or without the `#`. */
export function bareTypeName(annotation: unknown): string | undefined {
  if (typeof annotation !== 'string') return undefined;
  return /^#?microsoft\.graph\.([A-Za-z0-9]+)$/.exec(annotation)?.[1];
}

/** The type of a stored body that was declared as `declared`. */
export function typeOfBody(body: Readonly<GraphBody>, declared: string): string {
  const name = bareTypeName(body['@odata.type']);
  return name !== undefined && isModelType(name) ? name : declared;
}

/** The members of an enum that exist in a version. */
export function membersOf(anEnum: ModelEnum, version: GraphVersion): readonly string[] {
  return version === 'beta'
    ? anEnum.members
    : anEnum.members.filter((member) => !(anEnum.betaOnly?.includes(member) ?? false));
}
