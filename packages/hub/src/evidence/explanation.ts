import { explainForUser } from '@sallyport/core';
import type { ExplanationPart, HelpDesk, PartKind, Reason, ReasonCode, UserHints } from '@sallyport/core';
import { speaksOfSecrets, type Catalogue } from '@sallyport/texts';

/** One part of what a person is told, in their language. */
export interface WordedPart {
  readonly kind: PartKind;
  readonly text: string;
  /** Words of a partner, in a language of their own, as they stand in the text. */
  readonly words?: string | undefined;
  /** Code of the problem that it is about; absent where it is about all of them. */
  readonly reason?: ReasonCode | undefined;
  /** Whom the operator names, for links. */
  readonly contact?: HelpDesk | undefined;
}

/** What a person is told, in their language: a title, what is wrong, what to do, how access returns, whom to ask. */
export interface Explanation {
  /** BCP 47 tag. */
  readonly language: string;
  /** Without an end mark; the text of the first part. */
  readonly title: string;
  readonly parts: readonly WordedPart[];
  /** The steps end at the help desk: nothing else that could be done shall stand beside them. */
  readonly isFinal: boolean;
}

/** The explanation of a decision in the words of a language. What several problems have in common is said once. */
export function explainIn(catalogue: Catalogue, reasons: readonly Reason[], hints: UserHints = {}): Explanation {
  const { parts, isFinal } = explainForUser(reasons, hints);
  const [title, ...others] = parts.map((part) => wordPart(part, catalogue, hints)) as [WordedPart, ...WordedPart[]];
  return { language: catalogue.language, title: title.text, parts: [title, ...onceEach(others)], isFinal };
}

function onceEach(parts: readonly WordedPart[]): readonly WordedPart[] {
  const said = new Set<string>();
  return parts.filter(({ text }) => !said.has(text) && said.add(text));
}

function wordPart({ kind, message, reason }: ExplanationPart, catalogue: Catalogue, hints: UserHints): WordedPart {
  const segments = catalogue.segments(message);
  const text = segments.map((segment) => segment.text).join('');
  const words = segments.find(({ isForeign }) => isForeign)?.text;
  const warning =
    kind === 'quotation' && speaksOfSecrets(words ?? '') ? ` ${catalogue.say({ key: 'partner.neverPassword' })}` : '';
  return { kind, reason, text: text + warning, words, contact: kind === 'contact' ? hints.helpDesk : undefined };
}

/** What says what is so and wrong, and makes one paragraph. */
const CAUSES: ReadonlySet<PartKind> = new Set<PartKind>(['cause', 'deadline', 'finding', 'risk']);

/** What stands below the title: one paragraph that says what is wrong, and a line for each thing that follows. */
export function inLines({ parts }: Pick<Explanation, 'parts'>): string {
  const [, ...below] = parts;
  const wrong = below.filter(({ kind }) => CAUSES.has(kind)).map(({ text }) => text);
  return [wrong.join(' '), ...below.filter(({ kind }) => !CAUSES.has(kind)).map(({ text }) => text)].join('\n\n');
}

/** All of it as one text, for programs and lines. */
export function inOneLine({ title, parts }: Pick<Explanation, 'title' | 'parts'>): string {
  const [, ...below] = parts;
  return `${title}. ${below.map(({ text }) => text).join(' ')}`;
}
