import { modelEnum, modelType, propertiesOf, typeOfBody, type GraphBody, type ModelProperty } from './model.ts';

/**
 * A parsed body with what Graph fills in on create: false for booleans, the documented default or the first
 * member of an enum, an empty list for collections, null for what may be null. In objects within it too, so
 * that what is stored is complete. Read-only and navigation properties are left to who serves them.
 */
export function withDefaults(declared: string, body: Readonly<GraphBody>): GraphBody {
  const typeName = typeOfBody(body, declared);
  const complete: GraphBody = body['@odata.type'] === undefined ? {} : { '@odata.type': body['@odata.type'] };
  for (const [name, property] of propertiesOf(typeName)) {
    if (property.type === 'null') continue;
    const given = body[name];
    // Null for what has a default of its own is how clients write that they leave it to the service.
    if (given !== undefined && (given !== null || property.default === undefined))
      complete[name] = completed(property, given);
    else if (property.readOnly !== true && property.navigation !== true) complete[name] = defaultOf(property);
  }
  return complete;
}

function completed(property: ModelProperty, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => completed(property, item));
  return typeof value === 'object' && value !== null ? withDefaults(property.type, value as GraphBody) : value;
}

/** The value of a property that was not given. */
function defaultOf(property: ModelProperty): unknown {
  if (property.default !== undefined) return property.default;
  if (property.collection === true) return [];
  if (property.nullable === true) return null;
  const anEnum = modelEnum(property.type);
  if (anEnum !== undefined) return anEnum.members[0];
  if (!property.type.startsWith('Edm.'))
    return modelType(property.type).abstract === true ? null : withDefaults(property.type, {});
  return PRIMITIVE_DEFAULTS[property.type] ?? null;
}

/** What Graph answers for a value that may not be null and was never set. */
const PRIMITIVE_DEFAULTS: Readonly<Record<string, unknown>> = {
  'Edm.Boolean': false,
  'Edm.Int32': 0,
  'Edm.Int64': 0,
  'Edm.Byte': 0,
  'Edm.Double': 0,
  'Edm.String': '',
  'Edm.Guid': '00000000-0000-0000-0000-000000000000',
  'Edm.DateTimeOffset': '0001-01-01T00:00:00Z',
  'Edm.Duration': 'PT0S',
};
