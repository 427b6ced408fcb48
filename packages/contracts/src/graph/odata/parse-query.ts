import { propertiesOf, concreteTypes, type GraphVersion } from '../model.ts';
import type { Expansion } from '../render.ts';
import type { Filter } from './filter.ts';
import { isPlain, resolvePath } from './filter-paths.ts';
import { parseFilter } from './parse-filter.ts';
import { readOptions, type OptionName } from './query-options.ts';
import { refuse } from './tokens.ts';

/** What one collection or one resource documents. What is absent is refused. */
export interface QuerySupport {
  /** True unless it says otherwise: every resource can be shown in part, and a bare number cannot. */
  readonly select?: boolean;
  readonly filter?: boolean;
  readonly orderBy?: boolean;
  readonly paging?: boolean;
  readonly count?: boolean;
  /** Navigation properties that can be expanded, and what can be expanded within them. */
  readonly expand?: ExpandSupport;
}

export interface ExpandSupport {
  readonly [property: string]: {
    readonly type: string;
    /** In this version alone. */
    readonly only?: GraphVersion;
    readonly expand?: ExpandSupport;
  };
}

/** What can be expanded in a version. */
export function expandableIn(version: GraphVersion, support: ExpandSupport): readonly string[] {
  return Object.keys(support).filter((name) => support[name]?.only === undefined || support[name].only === version);
}

export interface OrderBy {
  readonly steps: readonly string[];
  readonly type: string;
  readonly descending: boolean;
}

export interface GraphQuery {
  readonly filter: Filter | undefined;
  readonly orderBy: readonly OrderBy[];
  readonly select: ReadonlySet<string> | undefined;
  readonly expand: Expansion;
  /** Items per page, if the caller said so. */
  readonly top: number | undefined;
  readonly skip: number;
  readonly skipToken: string | undefined;
  readonly count: boolean;
}

export const MAX_PAGE = 1000;

/** Reads the query string of a request for resources of `type`. Throws `HubError` naming the option. */
export function parseQuery(
  queryString: string,
  type: string,
  version: GraphVersion,
  support: QuerySupport,
): GraphQuery {
  const options = readOptions(queryString, allowedOptions(support));
  const filter = options.get('$filter');
  requireJson(options.get('$format'));
  return {
    filter: filter === undefined ? undefined : parseFilter(filter, type, version),
    orderBy: parseOrderBy(options.get('$orderby'), type, version),
    select: parseSelect(options.get('$select'), type, version),
    expand: parseExpand(options.get('$expand'), version, support.expand ?? {}),
    top: parseWhole(options, '$top', MAX_PAGE),
    skip: parseWhole(options, '$skip', Number.MAX_SAFE_INTEGER) ?? 0,
    skipToken: options.get('$skiptoken'),
    count: parseFlag(options.get('$count')),
  };
}

function allowedOptions(support: QuerySupport): OptionName[] {
  return [
    ...(support.filter === true ? ['$filter' as const] : []),
    ...(support.select === false ? [] : ['$select' as const]),
    ...(support.expand === undefined ? [] : ['$expand' as const]),
    ...(support.orderBy === true ? ['$orderby' as const] : []),
    ...(support.paging === true ? (['$top', '$skip', '$skiptoken'] as const) : []),
    ...(support.count === true ? ['$count' as const] : []),
    '$format',
  ];
}

function parseOrderBy(text: string | undefined, type: string, version: GraphVersion): OrderBy[] {
  if (text === undefined) return [];
  return text.split(',').map((part) => {
    const [name = '', direction = 'asc', ...more] = part.trim().split(/\s+/);
    if (!/^(?:asc|desc)$/i.test(direction) || more.length > 0)
      throw refuse('$orderby', 'takes names with asc or desc, like displayName desc');
    const { path, collection } = resolvePath(name.split('/'), {
      type,
      version,
      option: '$orderby',
      variables: new Map(),
    });
    if (collection || !isPlain(path.type) || path.cast !== undefined)
      throw refuse('$orderby', `cannot sort by "${name}"`);
    return { steps: path.steps, type: path.type, descending: direction.toLowerCase() === 'desc' };
  });
}

/** Properties of derived types may be named too: a list holds all of them. */
function parseSelect(text: string | undefined, type: string, version: GraphVersion): ReadonlySet<string> | undefined {
  if (text === undefined) return undefined;
  const known = new Map<string, string>();
  for (const each of [type, ...concreteTypes(type, version)]) {
    for (const name of propertiesOf(each, version).keys()) known.set(name.toLowerCase(), name);
  }
  const selected = new Set<string>();
  for (const part of text.split(',')) {
    const name = part.trim().replace(/^microsoft\.graph\.\w+\//, '');
    if (name === '*') return undefined;
    if (name.startsWith('@odata.')) continue;
    const found = known.get(name.toLowerCase());
    if (found === undefined)
      throw refuse('$select', `names "${name.slice(0, 100)}", which is no property of ${type} in ${version}`);
    selected.add(found);
  }
  return selected;
}

function parseExpand(text: string | undefined, version: GraphVersion, support: ExpandSupport): Expansion {
  if (text === undefined) return {};
  const known = expandableIn(version, support);
  const expansion: Record<string, Expansion[string]> = {};
  for (const part of splitOutside(text, ',')) {
    const [, name = '', inner] = /^(\w+)\s*(?:\((.*)\))?$/s.exec(part.trim()) ?? [];
    const supported = known.includes(name) ? support[name] : undefined;
    if (supported === undefined)
      throw refuse(
        '$expand',
        `cannot expand "${part.trim().slice(0, 100)}"; ${known.length === 0 ? 'nothing can be expanded here' : `it can expand ${known.join(', ')}`}`,
      );
    if (Object.hasOwn(expansion, name)) throw refuse('$expand', `names "${name}" twice`);
    expansion[name] = inner === undefined ? {} : parseInnerOptions(inner, version, supported);
  }
  return expansion;
}

function parseInnerOptions(text: string, version: GraphVersion, supported: ExpandSupport[string]): Expansion[string] {
  const query = splitOutside(text, ';')
    .map((option) => option.trim())
    .filter((option) => option !== '');
  let select: ReadonlySet<string> | undefined;
  let expand: Expansion | undefined;
  for (const option of query) {
    const [, name = '', value = ''] = /^\$?(\w+)\s*=(.*)$/s.exec(option) ?? [];
    if (name.toLowerCase() === 'select') select = parseSelect(value, supported.type, version);
    else if (name.toLowerCase() === 'expand') expand = parseExpand(value, version, supported.expand ?? {});
    else throw refuse('$expand', `takes only $select and $expand in its parentheses, not "${option.slice(0, 60)}"`);
  }
  return { ...(select === undefined ? {} : { select }), ...(expand === undefined ? {} : { expand }) };
}

/** Splits at `separator` where it is not within parentheses. */
function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = [''];
  let depth = 0;
  for (const char of text) {
    if (char === '(') depth += 1;
    if (char === ')') depth -= 1;
    if (depth < 0 || depth > 10) throw refuse('$expand', 'has parentheses that do not fit');
    if (char === separator && depth === 0) parts.push('');
    else parts[parts.length - 1] += char;
  }
  if (depth !== 0) throw refuse('$expand', 'has parentheses that do not fit');
  return parts;
}

function parseWhole(options: ReadonlyMap<OptionName, string>, name: OptionName, max: number): number | undefined {
  const text = options.get(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d{1,16}$/.test(text) || value > max)
    throw refuse(name, `must be a whole number from 0 to ${max}, not "${text.slice(0, 40)}"`);
  return value;
}

function parseFlag(text: string | undefined): boolean {
  if (text === undefined) return false;
  if (!/^(?:true|false)$/i.test(text)) throw refuse('$count', `must be true or false, not "${text.slice(0, 40)}"`);
  return text.toLowerCase() === 'true';
}

function requireJson(format: string | undefined): void {
  if (format !== undefined && !/^(?:json|application\/json)\b/i.test(format))
    throw refuse('$format', 'can only be json');
}
