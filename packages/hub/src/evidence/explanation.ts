import { explainForUser } from '@sallyport/core';
import type { ExplanationPart, HelpDesk, PartKind, Reason, ReasonCode, UserHints } from '@sallyport/core';
import { speaksOfSecrets, type Catalogue, type Segment } from '@sallyport/texts';

/** One part of what a person is told, in their language. */
export interface WordedPart {
  readonly kind: PartKind;
  /** Ours, and the words of partners between them. */
  readonly segments: readonly Segment[];
  /** The problem that it is about; absent where it is about all of them. */
  readonly reason: ReasonCode | undefined;
  /** Of `contact`: whom the operator names, for links. */
  readonly contact: HelpDesk | undefined;
}

/** What a person is told, in their language: what is so, what is wrong, what to do, how access returns, whom to ask. */
export interface Explanation {
  /** BCP 47 tag. */
  readonly language: string;
  /** The title is the first. */
  readonly parts: readonly [WordedPart, ...WordedPart[]];
  /** The steps end at the help desk: nothing else that could be done shall stand beside them. */
  readonly isFinal: boolean;
}

/** The explanation of a decision in the words of a language. What several problems have in common is said once. */
export function explainIn(catalogue: Catalogue, reasons: readonly Reason[], hints: UserHints = {}): Explanation {
  const { parts, isFinal } = explainForUser(reasons, hints);
  const worded = onceEach(parts.map((part) => wordPart(part, catalogue, hints)));
  return { language: catalogue.language, parts: worded as [WordedPart, ...WordedPart[]], isFinal };
}

function onceEach(parts: readonly WordedPart[]): readonly WordedPart[] {
  const said = new Set<string>();
  return parts.filter(({ segments }) => {
    const text = textOf(segments);
    return !said.has(text) && said.add(text);
  });
}

function wordPart({ kind, message, reason }: ExplanationPart, catalogue: Catalogue, hints: UserHints): WordedPart {
  const segments = catalogue.segments(message);
  const asksForSecrets =
    kind === 'quotation' && segments.some(({ text, isForeign }) => isForeign && speaksOfSecrets(text));
  const warning = asksForSecrets ? [SPACE, ...catalogue.segments({ key: 'partner.neverPassword' })] : [];
  return {
    kind,
    reason,
    segments: [...segments, ...warning],
    contact: kind === 'contact' ? hints.helpDesk : undefined,
  };
}

const SPACE: Segment = { text: ' ', isForeign: false };
const NEW_LINE: Segment = { text: '\n\n', isForeign: false };
const CAUSES: ReadonlySet<PartKind> = new Set<PartKind>(['cause', 'deadline', 'finding', 'risk']);

/** Whether a part says what is wrong; these make one paragraph. */
export function isCause({ kind }: Pick<WordedPart, 'kind'>): boolean {
  return CAUSES.has(kind);
}

export function textOf(segments: readonly Segment[]): string {
  return segments.map(({ text }) => text).join('');
}

/** Without an end mark. */
export function titleOf({ parts: [title] }: Pick<Explanation, 'parts'>): string {
  return textOf(title.segments);
}

/** What stands below the title: one paragraph that says what is wrong, and a line for each thing that follows. */
export function inLines({ parts: [, ...below] }: Pick<Explanation, 'parts'>): readonly Segment[] {
  return below.flatMap((part, at) => {
    const before = below[at - 1];
    if (before === undefined) return part.segments;
    return [isCause(before) && isCause(part) ? SPACE : NEW_LINE, ...part.segments];
  });
}

/** All of it as one text, for programs and lines. */
export function inOneLine({ parts: [title, ...below] }: Pick<Explanation, 'parts'>): string {
  return `${textOf(title.segments)}. ${below.map(({ segments }) => textOf(segments)).join(' ')}`;
}
