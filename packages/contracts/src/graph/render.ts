import { renderEnumValue } from './enum-values.ts';
import {
  TYPE_PREFIX,
  modelEnum,
  modelType,
  propertiesOf,
  typeOfBody,
  type GraphBody,
  type GraphVersion,
  type ModelProperty,
} from './model.ts';

export interface Rendering {
  readonly version: GraphVersion;
  /** The caller sent `Prefer: include-unknown-enum-members`. */
  readonly lateEnumMembers?: boolean | undefined;
  /** Navigation properties to show, and within them; the others are left out. */
  readonly expand?: Expansion | undefined;
  /** Only these properties, and `@odata.type` where there is one. */
  readonly select?: ReadonlySet<string> | undefined;
}

export interface Expansion {
  readonly [property: string]: {
    readonly expand?: Expansion | undefined;
    readonly select?: ReadonlySet<string> | undefined;
  };
}

/** Whether a version has the type at all: v1.0 does not know the types of newer platforms. */
export function isTypeVisible(typeName: string, version: GraphVersion): boolean {
  const { only } = modelType(typeName);
  return only === undefined || only === version;
}

/**
 * A stored resource as a caller of `version` sees it: the members of that version, in the schema's order, and
 * `@odata.type` where the resource is of a type derived from `declared`.
 */
export function render(declared: string, body: Readonly<GraphBody>, rendering: Rendering): GraphBody {
  const typeName = typeOfBody(body, declared);
  const shown: GraphBody = typeName === declared ? {} : { '@odata.type': `${TYPE_PREFIX}${typeName}` };
  for (const [name, property] of propertiesOf(typeName, rendering.version)) {
    const value = body[name];
    if (value === undefined) continue;
    const expanded = rendering.expand?.[name];
    if (
      property.navigation === true
        ? expanded === undefined
        : rendering.select !== undefined && !rendering.select.has(name)
    )
      continue;
    const inner: Rendering = { version: rendering.version, lateEnumMembers: rendering.lateEnumMembers, ...expanded };
    shown[name] = renderValue(property, value, inner);
  }
  return shown;
}

function renderValue(property: ModelProperty, value: unknown, rendering: Rendering): unknown {
  if (Array.isArray(value)) return value.map((item) => renderValue(property, item, rendering));
  if (value === null) return null;
  if (modelEnum(property.type) !== undefined)
    return renderEnumValue(property.type, value, rendering.version, rendering.lateEnumMembers === true);
  return typeof value === 'object' ? render(property.type, value as GraphBody, rendering) : value;
}
