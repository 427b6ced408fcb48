import { z } from 'zod';

type Table = string | { readonly [name: string]: Table };

const table: z.ZodType<Table> = z.lazy(() => z.union([z.string(), z.record(z.string(), table)]));
const forms = z.record(z.string(), z.string());

/**
 * One language, whole: `languages/<BCP 47 tag>.json`. In messages (ICU MessageFormat) the nouns are parameters, too, and
 * with a capital they begin a sentence: `{thisDevice}`, `{ThisDevice}`. Values from outside (names of apps, networks, people)
 * have no forms: no ending, article or possessive is put on one.
 */
export const languageFile = z.strictObject({
  /** Of the language, in itself. */
  name: z.string(),
  /** For `Intl`: with the region whose order of dates is wanted. */
  locale: z.string(),
  /** What those are called whom people may ask, as it stands in a sentence. */
  helpDesk: z.string(),
  /** Words by which a partner's advice may ask for a password or a code. Regular expressions. */
  secrets: z.array(z.string()),
  /** What no text says: it frightens, blames, or is not so. Regular expressions. */
  never: z.array(z.string()),
  nouns: z.strictObject({
    /** As many forms as the grammar needs (`thisDeviceDative`), each for every kind of device. */
    device: z.record(
      z.string(),
      z.strictObject({ phone: z.string(), tablet: z.string(), computer: z.string(), other: z.string() }),
    ),
    /** For an app whose name is not known. */
    app: forms,
    managementApp: forms,
  }),
  messages: z.record(z.string(), table),
});

export type LanguageFile = z.infer<typeof languageFile>;

/** Every message by its path: `reasons.device_unknown.title`. */
export function messagesOf({ messages }: Pick<LanguageFile, 'messages'>): ReadonlyMap<string, string> {
  return new Map(leaves(messages, ''));
}

function leaves(of: Readonly<Record<string, Table>>, path: string): readonly (readonly [string, string])[] {
  return Object.entries(of).flatMap(([name, value]): readonly (readonly [string, string])[] =>
    typeof value === 'string' ? [[`${path}${name}`, value]] : leaves(value, `${path}${name}.`),
  );
}
