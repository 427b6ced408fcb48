import { refuse } from './tokens.ts';

/** The system query options of OData that we read; clients may leave out the `$` (as Graph's beta allows). */
const OPTION_NAMES = [
  '$filter',
  '$select',
  '$expand',
  '$orderby',
  '$top',
  '$skip',
  '$skiptoken',
  '$count',
  '$format',
  '$search',
] as const;
export type OptionName = (typeof OPTION_NAMES)[number];

/**
 * The options of a query string, each at most once. An unknown one is refused rather than ignored: a filter
 * with a typing error would otherwise answer everything.
 */
export function readOptions(queryString: string, allowed: readonly OptionName[]): ReadonlyMap<OptionName, string> {
  const options = new Map<OptionName, string>();
  for (const part of queryString.split('&')) {
    if (part === '') continue;
    const cut = part.indexOf('=');
    const given = decode(cut === -1 ? part : part.slice(0, cut));
    const name = optionNamed(given);
    if (name === undefined || !allowed.includes(name))
      throw refuse(name ?? given.slice(0, 60), `is not supported here; ${supported(allowed)}`);
    if (options.has(name)) throw refuse(name, 'is given twice');
    options.set(name, cut === -1 ? '' : decode(part.slice(cut + 1)));
  }
  return options;
}

function optionNamed(given: string): OptionName | undefined {
  const bare = given.replace(/^\$/, '').toLowerCase();
  return OPTION_NAMES.find((name) => name === `$${bare}`);
}

function supported(allowed: readonly OptionName[]): string {
  const shown = allowed.filter((name) => name !== '$skiptoken' && name !== '$format');
  return shown.length === 0 ? 'no query options are' : `supported are ${shown.join(', ')}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw refuse(text.slice(0, 60), 'is not encoded as a URL should be');
  }
}
