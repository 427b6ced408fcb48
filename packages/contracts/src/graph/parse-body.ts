import { HubError } from '../errors.ts';
import { MAX_STRING, Misfit, parseEdmValue } from './edm-values.ts';
import { hiddenMembers, isSentinel, parseEnumValue } from './enum-values.ts';
import {
  TYPE_PREFIX,
  bareTypeName,
  concreteTypes,
  isGraphBody,
  modelEnum,
  modelType,
  propertiesOf,
  type GraphBody,
  type GraphVersion,
  type ModelProperty,
} from './model.ts';

/** More than any collection in a policy needs; a named location takes 2,000 ranges. */
const MAX_ITEMS = 2000;
const MAX_DEPTH = 12;
const MAX_PROBLEMS = 100;

/** Display names are 256 characters everywhere in Graph. */
const SHORT_TEXTS: ReadonlySet<string> = new Set(['displayName', 'userPrincipalName', 'mail', 'deviceName']);
const SHORT = 256;

interface Problem {
  readonly field: string;
  readonly message: string;
}

interface Reading {
  readonly version: GraphVersion;
  readonly problems: Problem[];
  /** The resource as it stands, where the body changes one. */
  readonly stored?: Readonly<GraphBody> | undefined;
}

/**
 * A body sent for `typeName` as it is stored: checked against Graph's schema of that version, enums in the
 * schema's spelling, times in UTC, `@odata.type` where the type is a derived one. Properties that only the
 * service sets, and annotations, are left out. Everything wrong is collected; the error names the first with
 * its path and how many more there are. Throws `HubError` and nothing else.
 *
 * @param stored the resource that the body changes. Its members that an answer shows as `unknownFutureValue` stay
 * where that word is sent back, so that what was read can be written again.
 */
export function parseBody(
  typeName: string,
  body: unknown,
  version: GraphVersion,
  stored?: Readonly<GraphBody>,
): GraphBody {
  const reading: Reading = { version, problems: [], stored };
  if (!isGraphBody(body)) throw new HubError('invalid_request', 'Send a JSON object as the body.');
  const parsed = readObject(typeName, body, '', 1, reading);
  const [first, ...more] = reading.problems;
  if (first !== undefined) {
    const rest =
      more.length === 0
        ? ''
        : ` (${more.length} more: ${more
            .slice(0, 5)
            .map((problem) => problem.field)
            .join(', ')})`;
    throw new HubError('invalid_request', `${first.message}${rest}`, { field: first.field });
  }
  return parsed;
}

/** The parameters of an action: as `parseBody`, but clients write their names in any letter case. */
export function parseParameters(
  parameters: Readonly<Record<string, ModelProperty>>,
  body: unknown,
  version: GraphVersion,
): GraphBody {
  if (!isGraphBody(body))
    throw new HubError('invalid_request', 'Send a JSON object with the parameters of the action.');
  const reading: Reading = { version, problems: [] };
  const known = new Map(Object.keys(parameters).map((name) => [name.toLowerCase(), name]));
  const parsed: GraphBody = {};
  for (const [given, value] of Object.entries(body)) {
    // An empty list is said with an empty list: null would take away all assignments of a policy by a mistake of the caller.
    if (given.includes('@odata.') || value === null || isWordless(value)) continue;
    const name = known.get(given.toLowerCase());
    const parameter = name === undefined ? undefined : parameters[name];
    if (name === undefined || parameter === undefined)
      report(reading, given, `The action has no parameter "${given}"; it takes ${Object.keys(parameters).join(', ')}.`);
    else parsed[name] = readProperty(parameter, name, value, name, 1, reading);
  }
  const [first] = reading.problems;
  if (first !== undefined) throw new HubError('invalid_request', first.message, { field: first.field });
  return parsed;
}

/** Names another resource to be linked, so that it says something, unlike all other annotations of a request. */
const BIND = '@odata.bind';
/** What routes read themselves; owners, of whom clients like Terraform's name themselves, mean nothing here. */
const BINDABLE: ReadonlySet<string> = new Set([`group members${BIND}`, `group owners${BIND}`]);

function readObject(
  declared: string,
  body: Record<string, unknown>,
  path: string,
  depth: number,
  reading: Reading,
): GraphBody {
  const typeName = readTypeName(declared, body['@odata.type'], path, reading);
  if (typeName === undefined) return {};
  const properties = propertiesOf(typeName, reading.version);
  const parsed: GraphBody = typeName === declared ? {} : { '@odata.type': `${TYPE_PREFIX}${typeName}` };
  for (const [name, value] of Object.entries(body)) {
    const field = path === '' ? name : `${path}.${name}`;
    if (name.endsWith(BIND) && !BINDABLE.has(`${typeName} ${name}`))
      report(reading, field, `${field} cannot be bound here.`);
    // Our own annotations are answers only; who sends one back means nothing by it.
    if (name.includes('@odata.') || name.startsWith('@sallyport.')) continue;
    const property = properties.get(name);
    if (property === undefined) report(reading, field, unknownProperty(typeName, name, properties, reading.version));
    else if (property.readOnly !== true && property.type !== 'null')
      parsed[name] = readProperty(property, name, value, field, depth, reading);
    else if (property.type === 'null') requireNothing(value, field, reading);
  }
  return parsed;
}

function readTypeName(declared: string, annotation: unknown, path: string, reading: Reading): string | undefined {
  const field = path === '' ? '@odata.type' : `${path}.@odata.type`;
  const allowed = concreteTypes(declared, reading.version);
  const listed = allowed.map((name) => `${TYPE_PREFIX}${name}`).join(', ');
  if (annotation === undefined || annotation === null) {
    if (modelType(declared).abstract !== true) return declared;
    report(reading, field, `Say with "@odata.type" which it is: ${listed}.`);
    return undefined;
  }
  const name = bareTypeName(annotation);
  const found = name === undefined ? undefined : allowed.find((type) => type.toLowerCase() === name.toLowerCase());
  if (found === undefined)
    report(
      reading,
      field,
      `"@odata.type" must be ${allowed.length > 1 ? 'one of ' : ''}${listed} in ${reading.version}.`,
    );
  return found;
}

function readProperty(
  property: ModelProperty,
  name: string,
  value: unknown,
  field: string,
  depth: number,
  reading: Reading,
): unknown {
  if (depth > MAX_DEPTH) {
    report(reading, field, 'The body is nested too deep.');
    return undefined;
  }
  if (
    isWordless(value) &&
    (property.collection === true || modelEnum(property.type) !== undefined || property.type.startsWith('Edm.'))
  )
    return readProperty(property, name, null, field, depth, reading);
  if (property.collection === true) return readCollection(property, name, value, field, depth, reading);
  if (value === null) {
    if (property.nullable !== true) report(reading, field, `${field} cannot be null.`);
    return null;
  }
  const parsed = readValue(property, name, value, field, depth, reading);
  return property.nullable === true && isEmptyObject(parsed) ? null : parsed;
}

/**
 * An object that says nothing. Kiota's TypeScript client writes `{}` for every complex property that is null in its
 * model, so an object without a value is null, and never a thing to store. An `@odata.type` of a derived type is a value.
 */
function isEmptyObject(parsed: unknown): boolean {
  return isGraphBody(parsed) && Object.values(parsed).every((member) => member === null || member === undefined);
}

/** `{}`, which Kiota writes for values and lists that are null, too. */
function isWordless(value: unknown): boolean {
  return isGraphBody(value) && Object.keys(value).every((name) => name.includes('@odata.') && !name.endsWith(BIND));
}

/** The same of an object as it was sent, before its type is known. */
function isBlank(value: unknown): boolean {
  return (
    isGraphBody(value) &&
    Object.entries(value).every(
      ([name, member]) => member === null || isBlank(member) || (name.includes('@odata.') && !name.endsWith(BIND)),
    )
  );
}

/** Whether `@odata.type` would have to say which type it is, and does not. */
function isTypeMissing(type: string, value: GraphBody): boolean {
  return modelType(type).abstract === true && (value['@odata.type'] ?? null) === null;
}

function readCollection(
  property: ModelProperty,
  name: string,
  value: unknown,
  field: string,
  depth: number,
  reading: Reading,
): unknown {
  if (value === null) return [];
  if (!Array.isArray(value)) {
    report(reading, field, `${field} must be a list, not ${kindOf(value)}.`);
    return [];
  }
  if (value.length > MAX_ITEMS) {
    report(reading, field, `${field} holds ${value.length} items; at most ${MAX_ITEMS} are allowed.`);
    return [];
  }
  const hidden = hiddenAt(property.type, field, reading);
  if (hidden.length === 0)
    return value.map((item, index) => readItem(property, name, item, `${field}[${index}]`, depth, reading));
  const shown = value.flatMap((item, index) =>
    isSentinel(item) ? [] : [readItem(property, name, item, `${field}[${index}]`, depth, reading)],
  );
  return value.some(isSentinel) ? [...shown, ...hidden.filter((member) => !shown.includes(member))] : shown;
}

/** What the caller may have read as `unknownFutureValue` at that place of the resource. */
function hiddenAt(type: string, field: string, { stored, version }: Reading): readonly string[] {
  if (stored === undefined || modelEnum(type) === undefined) return [];
  return hiddenMembers(
    type,
    field.split('.').reduce<unknown>((value, name) => (isGraphBody(value) ? value[name] : undefined), stored),
    version,
  );
}

function readItem(
  property: ModelProperty,
  name: string,
  item: unknown,
  field: string,
  depth: number,
  reading: Reading,
): unknown {
  const parsed = readValue(property, name, item, field, depth, reading);
  if (isEmptyObject(parsed) && modelType(property.type).kind === 'complex')
    report(reading, field, `${field} is an object without a value; give it one, or leave it out of the list.`);
  return parsed;
}

function readValue(
  property: ModelProperty,
  name: string,
  value: unknown,
  field: string,
  depth: number,
  reading: Reading,
): unknown {
  const { type } = property;
  if (type.startsWith('Edm.')) return readEdm(property, name, value, field, reading);
  if (modelEnum(type) !== undefined) return readEnum(type, value, field, reading);
  if (!isGraphBody(value)) {
    report(reading, field, `${field} must be an object, not ${kindOf(value)}.`);
    return undefined;
  }
  if (isTypeMissing(type, value) && property.nullable === true && property.collection !== true && isBlank(value))
    return null;
  return readObject(type, value, field, depth + 1, reading);
}

function readEnum(type: string, value: unknown, field: string, reading: Reading): unknown {
  const parsed = parseEnumValue(type, value, reading.version, hiddenAt(type, field, reading));
  if (!(parsed instanceof Misfit) || !isSentinel(value)) return checked(parsed, value, field, reading);
  report(
    reading,
    field,
    `${field} must be ${parsed.expected}, not "unknownFutureValue", which stands for a member that was not shown; read it with the header Prefer: include-unknown-enum-members.`,
  );
  return undefined;
}

function readEdm(property: ModelProperty, name: string, value: unknown, field: string, reading: Reading): unknown {
  const parsed = checked(parseEdmValue(property.type, value), value, field, reading);
  if (typeof parsed === 'number' && outside(parsed, property)) {
    report(reading, field, `${field} must be ${rangeOf(property)}, not ${parsed}.`);
  }
  if (typeof parsed === 'string' && SHORT_TEXTS.has(name) && parsed.length > SHORT) {
    report(reading, field, `${field} is ${parsed.length} characters long; at most ${SHORT} are allowed.`);
  }
  return parsed;
}

function checked(parsed: unknown, given: unknown, field: string, reading: Reading): unknown {
  if (!(parsed instanceof Misfit)) return parsed;
  report(reading, field, `${field} must be ${parsed.expected}, not ${kindOf(given)}.`);
  return undefined;
}

function outside(value: number, property: ModelProperty): boolean {
  return (property.min !== undefined && value < property.min) || (property.max !== undefined && value > property.max);
}

function rangeOf({ min, max }: ModelProperty): string {
  if (min === undefined) return `at most ${max}`;
  return max === undefined ? `at least ${min}` : `from ${min} to ${max}`;
}

/** `null`, `[]`, `{}` and an absent property are all "nothing" to clients that send back what they read. */
function requireNothing(value: unknown, field: string, reading: Reading): void {
  if (value !== null && !(Array.isArray(value) && value.length === 0) && !isBlank(value))
    report(reading, field, `${field} is not supported; leave it out or send null.`);
}

function unknownProperty(
  typeName: string,
  name: string,
  properties: ReadonlyMap<string, ModelProperty>,
  version: GraphVersion,
): string {
  const shown = name.slice(0, 100);
  if (version === 'v1.0' && propertiesOf(typeName, 'beta').has(name))
    return `${typeName} has "${shown}" in beta only; send the request to /beta.`;
  const alike = [...properties.keys()].find((known) => known.toLowerCase() === name.toLowerCase());
  return `${typeName} has no property "${shown}"${alike === undefined ? ' here.' : `; it is spelled "${alike}".`}`;
}

function report(reading: Reading, field: string, message: string): void {
  if (reading.problems.length < MAX_PROBLEMS) reading.problems.push({ field: field.slice(0, 300), message });
}

/** A given value in few words: short ones as they are, so that a typing error is seen. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string')
    return value.length <= 60 ? `"${value}"` : value.length > MAX_STRING ? `${value.length} characters` : 'this text';
  return String(value);
}
