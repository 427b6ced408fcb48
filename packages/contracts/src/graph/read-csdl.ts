/**
 * Reads the parts of a CSDL document (OData 4.0, part 3) that the model is made from. The files are generated
 * and regular, so a scan over their tags is enough: no entities but the five of XML, no CDATA, no comments.
 */
export interface CsdlProperty {
  readonly name: string;
  /** `Edm.String`, or the bare name of a Graph type. */
  readonly type: string;
  readonly collection: boolean;
  readonly nullable: boolean;
  readonly navigation: boolean;
}

export interface CsdlType {
  readonly name: string;
  readonly kind: 'entity' | 'complex';
  readonly base: string | undefined;
  readonly abstract: boolean;
  readonly properties: CsdlProperty[];
}

export interface CsdlEnum {
  readonly name: string;
  readonly flags: boolean;
  readonly members: string[];
}

export interface Csdl {
  readonly types: Map<string, CsdlType>;
  readonly enums: Map<string, CsdlEnum>;
  /** `type` or `type/property` to its description. */
  readonly descriptions: Map<string, string>;
}

export function readCsdl(xml: string): Csdl {
  const csdl: Csdl = { types: new Map(), enums: new Map(), descriptions: new Map() };
  let type: CsdlType | undefined;
  let anEnum: CsdlEnum | undefined;
  let target = '';
  for (const [, name = '', attributes = ''] of xml.matchAll(/<([A-Za-z]+)((?:\s+[\w.:]+="[^"]*")*)\s*\/?>/g)) {
    const has = readAttributes(attributes);
    switch (name) {
      case 'EntityType':
      case 'ComplexType':
        type = {
          name: has.Name ?? '',
          kind: name === 'EntityType' ? 'entity' : 'complex',
          base: has.BaseType === undefined ? undefined : bareName(has.BaseType),
          abstract: has.Abstract === 'true',
          properties: [],
        };
        csdl.types.set(type.name, type);
        break;
      case 'Property':
      case 'NavigationProperty':
        type?.properties.push(readProperty(has, name === 'NavigationProperty'));
        break;
      case 'EnumType':
        anEnum = { name: has.Name ?? '', flags: has.IsFlags === 'true', members: [] };
        csdl.enums.set(anEnum.name, anEnum);
        break;
      case 'Member':
        anEnum?.members.push(has.Name ?? '');
        break;
      case 'Annotations':
        target = bareName(has.Target ?? '');
        break;
      case 'Annotation':
        if (has.Term === 'Org.OData.Core.V1.Description') csdl.descriptions.set(target, has.String ?? '');
        break;
    }
  }
  return csdl;
}

function readProperty(has: Record<string, string>, navigation: boolean): CsdlProperty {
  const declared = has.Type ?? '';
  const item = /^Collection\((.*)\)$/.exec(declared)?.[1];
  return {
    name: has.Name ?? '',
    type: bareName(item ?? declared),
    collection: item !== undefined,
    nullable: has.Nullable !== 'false',
    navigation,
  };
}

function readAttributes(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(/([\w.:]+)="([^"]*)"/g)) found[name] = unescapeXml(value);
  return found;
}

function bareName(name: string): string {
  return name.replace(/^(?:microsoft\.)?graph\./, '');
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&(\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}
