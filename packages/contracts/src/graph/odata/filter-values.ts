import { Misfit, isGuid, parseEdmValue } from '../edm-values.ts';
import { parseEnumValue } from '../enum-values.ts';
import { modelEnum } from '../model.ts';
import type { FilterPath, FilterValue } from './filter.ts';
import { refuse, type Token } from './tokens.ts';

/** A literal as a value of the property that it is compared with. */
export function literalFor(path: FilterPath, token: Token, option: string): FilterValue {
  if (token.kind === 'word' && token.text.toLowerCase() === 'null') return null;
  const name = path.steps.join('/') || path.variable;
  const value = read(path.type, token);
  if (value instanceof Misfit)
    throw refuse(option, `compares "${name}" with ${shown(token)}, but it holds ${value.expected}`);
  return value;
}

function read(type: string, token: Token): FilterValue | Misfit {
  const quoted = token.kind === 'string';
  if (modelEnum(type) !== undefined)
    return asValue(parseEnumValue(type, quoted || token.kind === 'word' ? token.text : undefined, 'beta'));
  switch (type) {
    case 'Edm.String':
      return quoted || token.kind === 'guid' ? token.text : new Misfit("text in single quotes, like 'text'");
    case 'Edm.Boolean':
      return token.kind === 'word' && /^(?:true|false)$/i.test(token.text)
        ? token.text.toLowerCase() === 'true'
        : new Misfit('true or false, without quotes');
    case 'Edm.Guid':
      return (quoted || token.kind === 'guid') && isGuid(token.text) ? token.text.toLowerCase() : new Misfit('a GUID');
    case 'Edm.DateTimeOffset':
      return readTime(token);
    default:
      return token.kind === 'number'
        ? Number(token.text)
        : quoted
          ? asValue(parseEdmValue(type, token.text))
          : new Misfit('a number');
  }
}

/**
 * Dates alone mean midnight UTC; quoted times are what many clients send; and a plus that was not encoded in the address
 * arrives as a space.
 */
function readTime(token: Token): string | Misfit {
  const text = /^\d{4}-\d\d-\d\d$/.test(token.text)
    ? `${token.text}T00:00:00Z`
    : token.text.replace(/ (?=\d\d:\d\d$)/, '+');
  const value =
    token.kind === 'time' || token.kind === 'string' ? parseEdmValue('Edm.DateTimeOffset', text) : undefined;
  return typeof value === 'string' ? value : new Misfit('a time like 2026-01-31T08:30:00Z');
}

function asValue(value: unknown): FilterValue | Misfit {
  return value as FilterValue | Misfit;
}

function shown(token: Token): string {
  return token.kind === 'string' ? `'${token.text.slice(0, 60)}'` : token.text.slice(0, 60);
}
