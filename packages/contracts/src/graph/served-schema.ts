import {
  membersOf,
  modelEnum,
  modelType,
  propertiesOf,
  typeNames,
  type GraphVersion,
  type ModelProperty,
} from './model.ts';

/**
 * Graph's schema with what this server adds to it: members that are ours, and those that real answers carry though the
 * schema lacks them. Contexts of answers point to it, and strict OData clients refuse what it does not declare.
 *
 * @param csdl Graph's own, of that version
 */
export function servedSchema(csdl: string, version: GraphVersion): string {
  const elements = elementsOf(csdl);
  const served = typeNames().filter((name) => (modelType(name).only ?? version) === version);
  const missing = new Map(
    served.map((name) => [
      name,
      [...propertiesOf(name, version)].filter(
        ([property]) => elements.has(name) && !isDeclared(elements, name, property),
      ),
    ]),
  );
  const complete = csdl.replace(ELEMENT, (text, tag: string, name: string) =>
    withProperties(text, tag, missing.get(name) ?? []),
  );
  const added = served.filter((name) => !elements.has(name));
  const enums = new Set(
    [...missing.values(), ...added.map((name) => ownProperties(name, version))]
      .flat()
      .map(([, { type }]) => type)
      .filter((type) => !csdl.includes(`<EnumType Name="${type}"`)),
  );
  return beforeEnd(
    complete,
    [...added.map((name) => newType(name, version)), ...[...enums].map((name) => newEnum(name, version))].join(''),
  );
}

const ELEMENT = /<(EntityType|ComplexType) Name="([^"]+)"[^>]*?(?:\/>|>[^]*?<\/\1>)/g;

interface Element {
  readonly base: string | undefined;
  readonly properties: ReadonlySet<string>;
}

function elementsOf(csdl: string): ReadonlyMap<string, Element> {
  return new Map(
    [...csdl.matchAll(ELEMENT)].map(([text, , name = '']) => [
      name,
      {
        base: /^<[^>]*BaseType="graph\.([^"]+)"/.exec(text)?.[1],
        properties: new Set(
          [...text.matchAll(/<(?:Navigation)?Property Name="([^"]+)"/g)].map(([, property = '']) => property),
        ),
      },
    ]),
  );
}

/** By the type, or by one that it is derived from. */
function isDeclared(elements: ReadonlyMap<string, Element>, name: string, property: string): boolean {
  const element = elements.get(name);
  return (
    element !== undefined &&
    (element.properties.has(property) || (element.base !== undefined && isDeclared(elements, element.base, property)))
  );
}

function withProperties(text: string, tag: string, properties: readonly (readonly [string, ModelProperty])[]): string {
  if (properties.length === 0) return text;
  const opened = text.endsWith('/>') ? `${text.slice(0, -2)}>` : text.slice(0, -`</${tag}>`.length);
  return `${opened}${properties.map(declaration).join('')}</${tag}>`;
}

/** The id of an entity is inherited. */
function ownProperties(name: string, version: GraphVersion): readonly (readonly [string, ModelProperty])[] {
  return Object.entries(modelType(name).properties).filter(
    ([property, { only }]) =>
      (only ?? version) === version && (property !== 'id' || modelType(name).kind === 'complex'),
  );
}

function newType(name: string, version: GraphVersion): string {
  const { kind, base } = modelType(name);
  const tag = kind === 'entity' ? 'EntityType' : 'ComplexType';
  const parent = base ?? (kind === 'entity' ? 'entity' : undefined);
  return `<${tag} Name="${name}"${parent === undefined ? '' : ` BaseType="graph.${parent}"`}>${ownProperties(name, version).map(declaration).join('')}</${tag}>`;
}

function declaration([name, property]: readonly [string, ModelProperty]): string {
  const tag = property.navigation === true ? 'NavigationProperty' : 'Property';
  return `<${tag} Name="${name}" Type="${typeText(property)}"${property.nullable === true || property.collection === true ? '' : ' Nullable="false"'} />`;
}

function typeText({ type, collection }: ModelProperty): string {
  const item = type === 'null' ? 'Edm.String' : type.startsWith('Edm.') ? type : `graph.${type}`;
  return collection === true ? `Collection(${item})` : item;
}

/** Empty for what is no enum of ours. */
function newEnum(name: string, version: GraphVersion): string {
  const anEnum = modelEnum(name);
  if (anEnum === undefined) return '';
  return `<EnumType Name="${name}">${membersOf(anEnum, version)
    .map((member, value) => `<Member Name="${member}" Value="${value}" />`)
    .join('')}</EnumType>`;
}

/** Into the first namespace, which is Graph's own. */
function beforeEnd(schema: string, elements: string): string {
  return schema.replace('</Schema>', () => `${elements}</Schema>`);
}
