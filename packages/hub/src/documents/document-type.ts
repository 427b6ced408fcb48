import type { z } from 'zod';
import type { DocumentKind, DocumentRow } from '../store/store.ts';

/** The devices that a changed document may give another verdict. */
export type AffectedDevices =
  /** Those of a user. */
  | { readonly ofUser: string }
  /** Those whose system has this name, as `systemNameKey` has it. */
  | { readonly ofSystem: string }
  /** Those of which a partner last reported one of these values (`termKey`). */
  | { readonly ofTerms: readonly string[]; readonly connectorId: string };

/**
 * What a changed document asks for: nothing; decisions that are made by other rules from now on (`access`); another look at
 * devices, at the verdict of all (`verdicts`), or at all that is known of all (`fleet`), what partners' reports come to included.
 */
export type Effect = 'none' | 'access' | 'verdicts' | 'fleet' | AffectedDevices;

/** A document before and after a change, as rules see it; absent: there was none, or is none any more. */
export interface RuleChange<Rule> {
  readonly id: string;
  readonly before?: Rule | undefined;
  readonly after?: Rule | undefined;
}

/**
 * One row of the catalogue: everything that is particular to one kind of stored document. To add a kind is to write such
 * a row in `kinds/` and to name it in `catalogue.ts`.
 */
export interface DocumentType<Body = unknown, Rule = unknown> {
  readonly kind: DocumentKind;
  /** What people call one, in messages: "merge rule". */
  readonly name: string;
  /** The body as it is stored. What does not match is unreadable. */
  readonly body: z.ZodType<Body>;
  /** What rules see of it; absent where no rule does. Answers `undefined` for a document that no rule is made from. */
  toRule?(body: Body, id: string, version: number): Rule | undefined;
  /**
   * What counts in place of a document that cannot be read: it must open nothing that any document of this kind would
   * close. Absent: to leave the document out closes enough.
   * @param stored what is there of it, perhaps nothing
   */
  unreadable?(id: string, stored: Readonly<Record<string, unknown>>): Rule | undefined;
  effectOf(change: RuleChange<Rule>): Effect;
  /** Whether doors hear of a change. */
  readonly isTold: boolean;
  /** Members of the body whose values the audit log does not show, beside those that are called secrets. */
  readonly hides?: readonly string[] | undefined;
  /** What the audit log shows in place of the body; absent: the body. Of one that cannot be read it shows nothing. */
  audited?(body: Body): Readonly<Record<string, unknown>>;
}

export function defineDocument<Body, Rule>(type: DocumentType<Body, Rule>): DocumentType<Body, Rule> {
  return type;
}

/** The body of a stored document; `undefined`: it cannot be read. */
export function readBody<Body>(
  type: Pick<DocumentType<Body>, 'body'>,
  row: Pick<DocumentRow, 'body' | 'unreadable'>,
): Body | undefined {
  if (row.unreadable === true) return undefined;
  const parsed = type.body.safeParse(row.body);
  return parsed.success ? parsed.data : undefined;
}

/** A stored document as rules see it. */
export interface ReadRule<Rule> {
  readonly rule: Rule | undefined;
  readonly isReadable: boolean;
}

export function readRule<Body, Rule>(type: DocumentType<Body, Rule>, row: DocumentRow): ReadRule<Rule> {
  const body = readBody(type, row);
  if (body === undefined) return { rule: type.unreadable?.(row.id, row.body), isReadable: false };
  return { rule: type.toRule?.(body, row.id, row.version), isReadable: true };
}
