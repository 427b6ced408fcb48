import type { Reason, ReasonCode } from '../vocabulary/reason.ts';
import { chooseReasons, HARMLESS } from './choose-reasons.ts';
import { waysToReach } from './help-desk.ts';
import type { UserHints } from './hints.ts';
import type { ExplanationPart, UserMessage } from './message.ts';
import { aboutDevice, tell, type Told } from './tell.ts';
import { isHeld, tellHeld } from './tell-held.ts';

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

/** What a person is told, in parts and in no language. */
export interface Explanation {
  readonly parts: readonly ExplanationPart[];
  /** The steps end at the help desk: nothing else that could be done shall stand beside them. */
  readonly isFinal: boolean;
}

/**
 * For the person whose device is concerned: what is wrong, what was found, what to do, how access returns and whom to ask,
 * in this order. Several problems are told together, so that nobody solves one only to meet the next.
 */
export function explainForUser(reasons: readonly Reason[], hints: UserHints = {}): Explanation {
  const told = chooseReasons(reasons.length === 0 ? NO_REASONS : reasons).map((reason) =>
    // On a device that somebody may be watching, nothing but the way to the help desk is told.
    isHeld(reason) && hints.watched !== true ? tellHeld(reason, hints) : tell(reason, hints),
  );
  const [first] = told as [Told, ...Told[]];
  return {
    parts: [
      { kind: 'title', message: first.title, reason: first.code },
      ...told.flatMap(({ causes }) => causes),
      ...whatToDo(told, hints),
    ],
    isFinal: told.some((problem) => problem.isFinal),
  };
}

const NO_REASONS: readonly Reason[] = [{ code: 'policy_satisfied' }];

function whatToDo(told: readonly Told[], hints: UserHints): readonly ExplanationPart[] {
  const contact = told.every(({ code }) => HARMLESS.has(code) && code !== 'in_grace_period') ? [] : contactOf(hints);
  const final = told.find((problem) => problem.isFinal);
  if (final !== undefined) return [...final.steps, ...returnsOf(final.returns), ...contact];
  const isInGrace = told[0]?.code === 'in_grace_period';
  const problems = isInGrace ? told.slice(1) : told;
  const steps = problems.flatMap((problem) => problem.steps);
  return [
    ...(isInGrace ? graceSteps(told, steps) : [...steps, ...afterwards(problems, hints)]),
    ...contact,
    ...told.flatMap(({ quotation }) => quotation ?? []),
  ];
}

function contactOf({ helpDesk = {} }: UserHints): readonly ExplanationPart[] {
  const ways = waysToReach(helpDesk);
  return ways.length === 0 ? [] : [{ kind: 'contact', message: { key: 'help.contact', ways } }];
}

/** What the grace period itself advises is for where nothing is known of the problem. */
function graceSteps(told: readonly Told[], steps: readonly ExplanationPart[]): readonly ExplanationPart[] {
  return steps.length === 0
    ? told.flatMap((grace) => grace.steps)
    : [{ kind: 'lead', message: { key: 'steps.beforeThen' } }, ...steps];
}

/** How access comes back, in one sentence for all problems together, since it does so only with the last of them. */
function afterwards(problems: readonly Told[], hints: UserHints): readonly ExplanationPart[] {
  const ways = new Map(problems.flatMap(({ returns }) => (returns === undefined ? [] : [[wayOf(returns), returns]])));
  const throughHelp = ways.get('returns.help');
  if (throughHelp !== undefined) return returnsOf(throughHelp);
  const [way] = ways.values();
  const all = { key: 'returns.all', ...aboutDevice(undefined, hints) } as const;
  return [
    ...returnsOf(ways.size > 1 ? all : way),
    ...(problems.some(({ code }) => WITH_FALLBACK.has(code))
      ? [{ kind: 'help', message: { key: 'help.fallback' } } as const]
      : []),
  ];
}

/** What tells one way back from another. */
function wayOf(returns: UserMessage): string {
  return returns.key === 'held.returns' ? JSON.stringify(returns) : returns.key;
}

function returnsOf(message: UserMessage | undefined): readonly ExplanationPart[] {
  return message === undefined ? [] : [{ kind: 'returns', message }];
}
