import type { Csdl, CsdlEnum, CsdlProperty, CsdlType } from './read-csdl.ts';
import type { GraphModel, GraphVersion, ModelEnum, ModelProperty, ModelType } from './model-types.ts';
import {
  DEFAULTS,
  HAND_WRITTEN,
  HAND_WRITTEN_ENUMS,
  OPEN_BASES,
  RANGES,
  READ_ONLY_EVERYWHERE,
  SERVED,
} from './model-source.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The two schemas and the table of what we serve as one model, in alphabetical order so that it is stable. */
export function buildModel(v1: Csdl, beta: Csdl): GraphModel {
  const names = reachable(v1, beta);
  const types: Record<string, ModelType> = {};
  const enums: Record<string, ModelEnum> = {};
  for (const name of [...names].sort()) {
    if (Object.hasOwn(HAND_WRITTEN, name)) types[name] = handWritten(name);
    else if (isType(v1, beta, name)) types[name] = buildType(name, v1, beta);
    else if (v1.enums.has(name) || beta.enums.has(name))
      enums[name] = buildEnum(v1.enums.get(name), beta.enums.get(name));
    else if (Object.hasOwn(HAND_WRITTEN_ENUMS, name)) enums[name] = { members: HAND_WRITTEN_ENUMS[name] ?? [] };
    else if (!name.startsWith('Edm.') && name !== 'null')
      throw new Error(`The schema refers to ${name}, which it does not hold.`);
  }
  return { types, enums };
}

/** Names of all types and enums that the served ones refer to, their bases and the types derived from them. */
function reachable(v1: Csdl, beta: Csdl): Set<string> {
  const found = new Set<string>();
  const waiting = [...Object.keys(SERVED), ...Object.keys(HAND_WRITTEN)];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    if (Object.hasOwn(HAND_WRITTEN, name)) {
      const type = HAND_WRITTEN[name];
      if (type?.base !== undefined) waiting.push(type.base);
      waiting.push(...Object.values(type?.properties ?? {}).map((property) => property.type));
      continue;
    }
    for (const csdl of [v1, beta]) {
      const type = csdl.types.get(name);
      if (type === undefined) continue;
      if (type.base !== undefined) waiting.push(type.base);
      waiting.push(...servedProperties(type).map((property) => property.type));
      if (!OPEN_BASES.has(name)) waiting.push(...derivedFrom(csdl, name));
    }
    waiting.push(...Object.values(SERVED[name]?.add ?? {}).map((property) => property.type));
  }
  return found;
}

function derivedFrom(csdl: Csdl, name: string): string[] {
  return [...csdl.types.values()].filter((type) => type.base === name).map((type) => type.name);
}

function isType(v1: Csdl, beta: Csdl, name: string): boolean {
  return v1.types.has(name) || beta.types.has(name);
}

function servedProperties(type: CsdlType): CsdlProperty[] {
  const served = SERVED[type.name];
  return type.properties.filter((property) => {
    if (property.navigation) return served?.navigation?.includes(property.name) ?? false;
    return (served?.only?.includes(property.name) ?? true) && !Object.hasOwn(served?.add ?? {}, property.name);
  });
}

function handWritten(name: string): ModelType {
  const { base, properties } = HAND_WRITTEN[name] ?? { properties: {} };
  return { kind: base === undefined ? 'complex' : 'entity', ...(base === undefined ? {} : { base }), properties };
}

function buildType(name: string, v1: Csdl, beta: Csdl): ModelType {
  const old = v1.types.get(name);
  const young = beta.types.get(name);
  const either = young ?? old;
  if (either === undefined) throw new Error(`No schema has ${name}.`);
  const only = onlyIn(old !== undefined, young !== undefined);
  return {
    kind: either.kind,
    ...(either.base === undefined ? {} : { base: either.base }),
    ...(either.abstract ? { abstract: true } : {}),
    ...(only === undefined ? {} : { only }),
    properties: buildProperties(name, old, young, v1, beta),
  };
}

function buildProperties(
  name: string,
  old: CsdlType | undefined,
  young: CsdlType | undefined,
  v1: Csdl,
  beta: Csdl,
): Record<string, ModelProperty> {
  const inOld = byName(old);
  const inYoung = byName(young);
  const properties: Record<string, ModelProperty> = {};
  for (const [property, added] of Object.entries(SERVED[name]?.add ?? {}))
    properties[property] = withRules(name, property, added);
  for (const property of new Set([...inOld.keys(), ...inYoung.keys()])) {
    const declared = inYoung.get(property) ?? inOld.get(property);
    if (declared === undefined) continue;
    // A property of a type that only one version has needs no mark of its own.
    const only =
      old === undefined || young === undefined ? undefined : onlyIn(inOld.has(property), inYoung.has(property));
    const described = beta.descriptions.get(`${name}/${property}`) ?? v1.descriptions.get(`${name}/${property}`) ?? '';
    properties[property] = withRules(name, property, {
      type: declared.type,
      ...(declared.collection ? { collection: true } : {}),
      ...(declared.nullable ? { nullable: true } : {}),
      ...(declared.navigation && declared.collection ? { navigation: true } : {}),
      ...(only === undefined ? {} : { only }),
      ...rangeIn(described, declared.type),
    });
  }
  return Object.fromEntries(Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function withRules(type: string, name: string, property: ModelProperty): ModelProperty {
  const served = SERVED[type];
  const ruled: Mutable<ModelProperty> = { ...property, ...RANGES[`${type}/${name}`] };
  const readOnly = READ_ONLY_EVERYWHERE.has(name) || (served?.readOnly?.includes(name) ?? false);
  if (readOnly && !(served?.writable?.includes(name) ?? false)) ruled.readOnly = true;
  const fallback = served?.defaults?.[name] ?? DEFAULTS[`${type}/${name}`];
  if (fallback !== undefined) ruled.default = fallback;
  return ruled;
}

function byName(type: CsdlType | undefined): Map<string, CsdlProperty> {
  return new Map(type === undefined ? [] : servedProperties(type).map((property) => [property.name, property]));
}

function onlyIn(v1: boolean, beta: boolean): GraphVersion | undefined {
  if (v1 && beta) return undefined;
  return v1 ? 'v1.0' : 'beta';
}

/** Descriptions end with "Valid values 4 to 16"; the full range of an Int32 says nothing. */
function rangeIn(description: string, type: string): { min?: number; max?: number } {
  const [, low, high] = /Valid values (-?\d+) to (-?\d+)/.exec(description) ?? [];
  if (low === undefined || high === undefined || !type.startsWith('Edm.Int')) return {};
  return {
    ...(Number(low) === -2147483648 ? {} : { min: Number(low) }),
    ...(Number(high) === 2147483647 ? {} : { max: Number(high) }),
  };
}

function buildEnum(old: CsdlEnum | undefined, young: CsdlEnum | undefined): ModelEnum {
  const members = [...new Set([...(young?.members ?? []), ...(old?.members ?? [])])];
  const betaOnly = old === undefined ? [] : members.filter((member) => !old.members.includes(member));
  const sentinel = members.indexOf('unknownFutureValue');
  const late = sentinel === -1 ? [] : members.slice(sentinel + 1);
  return {
    ...((young ?? old)?.flags ? { flags: true } : {}),
    members,
    ...(betaOnly.length === 0 ? {} : { betaOnly }),
    ...(late.length === 0 ? {} : { late }),
  };
}
