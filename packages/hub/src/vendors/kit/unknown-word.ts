import type { Signal, UnknownTerm } from '@sallyport/core';
import { plainText } from './plain-text.ts';

/** What is in doubt about a report, or about a part of one. */
export type Doubt = Pick<Signal, 'flag' | 'unknownTerms'>;

/** A report may mention hundreds of threats; what is new in a vendor's vocabulary shows in far fewer. */
const MAX_TERMS = 20;

/** The doubt about a term that its vendor's table does not hold; none when it does, or when nothing was reported. */
export function unknownTerm(
  about: UnknownTerm['about'],
  field: string,
  reported: string | undefined,
  table: ReadonlyMap<string, unknown>,
): Doubt {
  return reported === undefined || table.has(reported) ? {} : doubtAbout(about, field, reported);
}

export function doubtAbout(about: UnknownTerm['about'], field: string, reported: string): Doubt {
  const value = plainText(reported, 60) ?? '';
  return { flag: `unknown ${field} "${value}"`, unknownTerms: [{ field, value, about }] };
}

/** What is in doubt about the parts of a report together: the first flag, and every unknown term once. */
export function doubtsOf(...parts: readonly Doubt[]): Doubt {
  const flag = parts.find((part) => part.flag !== undefined)?.flag;
  const terms = new Map(
    parts.flatMap((part) => part.unknownTerms ?? []).map((term) => [`${term.field}\n${term.value}`, term]),
  );
  return {
    ...(flag !== undefined && { flag }),
    ...(terms.size > 0 && { unknownTerms: [...terms.values()].slice(0, MAX_TERMS) }),
  };
}
