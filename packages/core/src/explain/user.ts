import type { Reason, ReasonCode } from '../vocabulary/reason.ts';
import { chooseReasons, HARMLESS } from './choose-reasons.ts';
import { helpDeskLine } from './help-desk.ts';
import type { UserHints } from './hints.ts';
import type { Language } from './language.ts';
import { tell, type Told } from './tell.ts';
import type { UserText, Wording } from './text.ts';
import { WORDINGS } from './wordings.ts';

/** Where the steps may not be enough. */
const WITH_FALLBACK: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'partner_app_deactivated',
  'partner_app_misconfigured',
  'partner_data_missing',
  'partner_os_version_unsupported',
  'os_version_below_minimum',
  'os_version_unreadable',
  'device_inactive',
  'device_not_identified',
  'device_unknown',
  'device_noncompliant',
  'device_certificate_invalid',
  'user_unknown',
  'view_too_old',
]);

/**
 * Plain words for the person whose device is concerned: what is wrong, what was found, what to do and how access
 * returns. Several problems are told together, so that nobody solves one only to meet the next.
 */
export function explainForUser(reasons: readonly Reason[], language: Language, hints: UserHints = {}): Explanation {
  const wording = WORDINGS[language];
  const told = chooseReasons(reasons).map((reason) => tell(reason, language, hints));
  const [first] = told;
  if (first === undefined)
    return { ...wording.texts.policy_satisfied, steps: [wording.texts.policy_satisfied.nextStep], isFinal: false };
  const steps = distinct(stepsOf(told, wording, hints));
  return {
    title: first.title,
    text: distinct(told.map(({ text }) => text)).join(' '),
    nextStep: steps.join(' '),
    steps,
    isFinal: told.some((problem) => problem.isFinal),
  };
}

/** What a person reads, with its `nextStep` also in parts: each is a line of its own where there is room. */
export interface Explanation extends UserText {
  readonly steps: readonly string[];
  /** The steps end at the help desk: nothing else that could be done shall stand beside them. */
  readonly isFinal: boolean;
}

/** What is wrong and what to do, without the title: one paragraph each. */
export function inLines({ text, steps }: Pick<Explanation, 'text' | 'steps'>): string {
  return [text, ...steps].join('\n\n');
}

/** The three parts as one text, for programs and lines. */
export function inOneLine({ title, text, nextStep }: UserText): string {
  return `${title}. ${text} ${nextStep}`;
}

function stepsOf(told: readonly Told[], wording: Wording, hints: UserHints): readonly (string | undefined)[] {
  const contact = told.every(({ code }) => HARMLESS.has(code) && code !== 'in_grace_period')
    ? undefined
    : helpDeskLine(hints.helpDesk, wording);
  const final = told.find((problem) => problem.isFinal);
  if (final !== undefined) return [...final.steps, final.returns, contact];
  const isInGrace = told[0]?.code === 'in_grace_period';
  const problems = isInGrace ? told.slice(1) : told;
  return [
    ...(isInGrace ? graceSteps(told, problems, wording) : problems.flatMap(({ steps }) => steps)),
    ...(isInGrace ? [] : afterwards(problems, wording)),
    contact,
    ...told.map((problem) => problem.quotation),
  ];
}

/** What the grace period itself advises is for where nothing is known of the problem. */
function graceSteps(told: readonly Told[], problems: readonly Told[], wording: Wording): readonly string[] {
  return problems.length === 0
    ? told.flatMap(({ steps }) => steps)
    : [wording.beforeThen, ...problems.flatMap(({ steps }) => steps)];
}

/** How access comes back, in one sentence for all problems together, since it does so only with the last of them. */
function afterwards(problems: readonly Told[], wording: Wording): readonly (string | undefined)[] {
  const ways = new Set(problems.map((problem) => problem.returns).filter((way) => way !== undefined));
  if (ways.has(wording.returns.help)) return [wording.returns.help];
  const fallback = problems.some(({ code }) => WITH_FALLBACK.has(code)) ? wording.fallback : undefined;
  return [ways.size > 1 ? wording.returns.all : [...ways][0], fallback];
}

function distinct(sentences: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(sentences.filter((sentence) => sentence !== undefined))];
}
