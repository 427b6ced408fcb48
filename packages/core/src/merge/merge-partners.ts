import type { Connector, MergeMethod, MergeRule, SilentPartnerRule } from '../vocabulary/connector.ts';
import type { Level } from '../vocabulary/level.ts';
import { raised } from '../vocabulary/level.ts';
import type { Platform } from '../vocabulary/platforms.ts';
import type { ReasonCode } from '../vocabulary/reason.ts';
import type { Instant, PartnerWord } from '../vocabulary/signal.ts';
import type { SignalLimits } from '../vocabulary/signal-limits.ts';
import type { ThreatState } from '../vocabulary/threat-state.ts';
import { meaningOf, stateOfLevel } from '../vocabulary/threat-state.ts';
import { silentRuleFor } from './silence.ts';
import { stateOfPartner } from './word-of-partner.ts';

/** What the partners together say of a device, as far as a threat rule has to know it. */
export type Merged = MergedCommon &
  (
    | { readonly kind: 'level'; readonly level: Level; readonly state: ThreatState; readonly connectorId: string }
    /** No required level can be met: the app is not active, or the device is compromised, or a silent partner blocks. */
    | { readonly kind: 'failing'; readonly state: ThreatState; readonly code: ReasonCode; readonly connectorId: string }
    /** The partner that has to speak has not. `blocked` when that alone makes the device noncompliant. */
    | { readonly kind: 'missing'; readonly state: ThreatState; readonly blocked: boolean; readonly connectorId: string }
    /** There is nobody to ask: the threat rule does not apply. */
    | {
        readonly kind: 'none';
        readonly state: ThreatState;
        readonly code: 'no_partner_enabled' | 'partner_silent_ignored';
        readonly connectorId?: string | undefined;
      }
  );

interface MergedCommon {
  /** Partners that said otherwise than the one that decided. */
  readonly disagreeing: readonly string[];
  /** A partner with `...BlockedOnMissingPartnerData` that has not reported, though others have. */
  readonly missingFrom?: string | undefined;
  /** The earliest later time at which this changes though nothing is reported. */
  readonly until?: Instant | undefined;
}

/** One partner's word after the rule for silent partners. */
interface Word {
  readonly connectorId: string;
  readonly state: ThreatState;
  readonly rank: number;
  readonly level?: Level | undefined;
  readonly missing: boolean;
  readonly silentBlock: boolean;
  readonly blocksWhenMissing: boolean;
  /** Bad news of a partner that does not report any more: it may close, and never helps to open. */
  readonly onlyCloses: boolean;
  /** The level above secured that stands behind a state of the app; what a partner reported before its silence blocked. */
  readonly behind?: Word | undefined;
}

/** Silence outranks every state: the administrator chose to block on it. */
const SILENT_RANK = 100;

export const DEFAULT_MERGE_RULE: MergeRule = {
  id: 'default',
  priority: Number.MAX_SAFE_INTEGER,
  merge: { method: 'strictest' },
  silentPartner: 'keepWorse',
};

const NONE: readonly string[] = [];

/** Whether what a partner reports counts on a platform: full integration, and switched on for it. */
export function hasVoice(connector: Connector, platform: Platform): boolean {
  const withdrawnLongAgo = connector.deprovisioned === true && connector.deprovisionedAt === undefined;
  return connector.integration === 'full' && !withdrawnLongAgo && connector.platforms[platform]?.enabled === true;
}

/** The most specific rule: (platform and group) before group before platform before neither, then priority, then id. */
export function ruleFor(rules: readonly MergeRule[], platform: Platform, groupIds: readonly string[]): MergeRule {
  let best = DEFAULT_MERGE_RULE;
  for (const rule of rules) {
    if (rule.platform !== undefined && rule.platform !== platform) continue;
    if (rule.groupId !== undefined && !groupIds.includes(rule.groupId)) continue;
    if (best === DEFAULT_MERGE_RULE || comesBefore(rule, best)) best = rule;
  }
  return best;
}

function comesBefore(a: MergeRule, b: MergeRule): boolean {
  const specific = specificity(b) - specificity(a);
  if (specific !== 0) return specific < 0;
  return a.priority !== b.priority ? a.priority < b.priority : a.id < b.id;
}

function specificity(rule: MergeRule): number {
  return (rule.groupId === undefined ? 0 : 2) + (rule.platform === undefined ? 0 : 1);
}

/**
 * Merges what the partners say of one device. Only partners with full integration whose toggle for the
 * platform is on have a voice. The order of `views` and `connectors` does not matter.
 */
export function mergePartners(
  views: readonly PartnerWord[],
  connectors: readonly Connector[],
  platform: Platform,
  rule: MergeRule,
  now: Instant,
  limits: SignalLimits,
): Merged {
  const words: Word[] = [];
  /** Without what may be about another device, or was about another record: it may close, and never helps to open. */
  let known: Word[] | undefined;
  let ignored: string | undefined;
  let asked = false;
  let until: Instant | undefined;
  for (const connector of connectors) {
    if (!hasVoice(connector, platform)) continue;
    asked = true;
    const reported = stateOfPartner(views, connector, now, limits);
    if (reported?.until !== undefined && (until === undefined || reported.until < until)) until = reported.until;
    const silent = silentRuleFor(connector, rule.silentPartner, reported?.state, now, limits);
    if (silent === 'ignore') ignored = firstOf(ignored, connector.id);
    else {
      const blocks = connector.platforms[platform]?.blockedOnMissingData === true;
      const onlyCloses = silent !== undefined && silent !== rule.silentPartner;
      // A voice that silence gives to a partner helps no quorum that its last report did not help.
      const under = silent === 'block' ? reported?.state : reported?.behind;
      const behind =
        under === undefined
          ? undefined
          : wordOf(under, connector.id, blocks, silent === 'block' ? undefined : silent, onlyCloses);
      const of = (state: ThreatState | undefined): Word =>
        wordOf(state, connector.id, blocks, silent, onlyCloses, behind);
      if (reported?.own !== undefined) known ??= [...words];
      words.push(of(reported?.state));
      known?.push(of(reported?.own ?? reported?.state));
    }
  }
  const nobody = (): Merged => ({
    kind: 'none',
    code: asked ? 'partner_silent_ignored' : 'no_partner_enabled',
    connectorId: ignored,
    state: strictestState(views),
    disagreeing: NONE,
  });
  const all = mergeWords(words, rule, nobody);
  const merged = known === undefined ? all : moreClosing(all, mergeWords(known, rule, nobody));
  return until === undefined ? merged : { ...merged, until };
}

function mergeWords(words: Word[], rule: MergeRule, nobody: () => Merged): Merged {
  if (words.length === 0) return nobody();
  // The common fleet has one partner: no method can say anything else.
  if (words.length === 1) return single(words[0] as Word, rule.merge);
  const merged = mergeReporting(words, rule);
  // Who passes over an app that is gone does not pass over the level that it last reported.
  if (words.every(({ behind }) => behind === undefined)) return merged;
  return moreClosing(
    merged,
    mergeReporting(
      words.map((word) => word.behind ?? word),
      rule,
    ),
  );
}

function mergeReporting(words: Word[], rule: MergeRule): Merged {
  words.sort((a, b) => b.rank - a.rank || (a.connectorId < b.connectorId ? -1 : 1));
  return mostClosing(words, rule.merge, 0);
}

/** Of what the method makes of the words with and without each one that may close and never helps to open, what closes most. */
function mostClosing(words: readonly Word[], merge: MergeMethod, from: number): Merged {
  if (words.length === 1) return single(words[0] as Word, merge);
  let merged = byMethod(words, merge);
  for (let i = from; i < words.length; i += 1) {
    if (words[i]?.onlyCloses === true) merged = moreClosing(merged, mostClosing(words.toSpliced(i, 1), merge, i));
  }
  return merged;
}

function moreClosing(merged: Merged, other: Merged): Merged {
  return closing(other) > closing(merged) ? other : merged;
}

/** How much a result closes: the higher, the fewer required levels it meets. */
function closing(merged: Merged): number {
  switch (merged.kind) {
    case 'failing':
      return 100 + meaningOf(merged.state).rank;
    case 'level':
      return merged.missingFrom === undefined ? meaningOf(merged.state).rank : 50;
    case 'missing':
      return merged.blocked ? 50 : 0;
    case 'none':
      return 0;
    default:
      return unreachable(merged);
  }
}

/** Of several silent partners the first by id is named, so that the reason is the same every time. */
function firstOf(a: string | undefined, b: string): string {
  return a !== undefined && a < b ? a : b;
}

/** For showing only: what was last said, by anybody, whether or not it counts. */
function strictestState(views: readonly PartnerWord[]): ThreatState {
  let state: ThreatState = 'unknown';
  for (const view of views) if (meaningOf(view.state).rank > meaningOf(state).rank) state = view.state;
  return state;
}

function wordOf(
  reported: ThreatState | undefined,
  connectorId: string,
  blocksWhenMissing: boolean,
  silent: SilentPartnerRule | undefined,
  onlyCloses: boolean,
  behind?: Word,
): Word {
  let state = reported ?? 'unknown';
  let meaning = meaningOf(state);
  if (silent === 'raise' && meaning.level !== undefined) {
    state = stateOfLevel(raised(meaning.level));
    meaning = meaningOf(state);
  }
  const silentBlock = silent === 'block' && reported !== undefined;
  return {
    connectorId,
    state,
    level: meaning.level,
    blocksWhenMissing,
    silentBlock,
    onlyCloses,
    ...(behind !== undefined && { behind }),
    rank: silentBlock ? SILENT_RANK : meaning.rank,
    missing: meaning.missing && !silentBlock,
  };
}

function single(word: Word, merge: MergeMethod): Merged {
  return word.missing ? missing([word], merge.method === 'every') : decided(word, [word], false);
}

/** No method outvotes or passes over a partner that calls the device compromised. */
function byMethod(words: readonly Word[], merge: MergeMethod): Merged {
  const compromised = words.find(({ state }) => state === 'compromised');
  if (compromised !== undefined && words[0]?.silentBlock !== true) return decided(compromised, words, false);
  switch (merge.method) {
    case 'strictest':
      return strictest(words);
    case 'primary':
      return primary(words, merge.order);
    case 'quorum':
      return quorum(words, merge.atLeast);
    case 'every':
      return every(words);
    default:
      return unreachable(merge);
  }
}

/** The worst word counts, and a partner that blocks on missing data must have spoken. */
function strictest(words: readonly Word[]): Merged {
  const worst = words[0] as Word;
  return worst.missing ? missing(words, false) : decided(worst, words, true);
}

/**
 * The first, in the administrator's order, that knows the device's level. Where none of these does, the
 * strictest word of all counts: a primary that cannot be reached must not open a door.
 */
function primary(words: readonly Word[], order: readonly string[]): Merged {
  for (const id of order) {
    const word = words.find(({ connectorId }) => connectorId === id);
    if (word !== undefined && isUsable(word)) return decided(word, words, false);
  }
  return strictest(words);
}

/**
 * A risk counts when at least `atLeast` partners see one as bad. While fewer than that know the device's
 * level, the strictest word counts: a quorum that cannot be reached must not open a door.
 */
function quorum(words: readonly Word[], atLeast: number): Merged {
  const usable = words.filter(isUsable);
  const nth = usable[Math.max(1, atLeast) - 1];
  return nth === undefined ? strictest(words) : decided(nth, words, false);
}

/** All must report (Intune's way with two vendors on a platform); then the strictest counts. */
function every(words: readonly Word[]): Merged {
  return words.some((w) => w.missing) ? missing(words, true) : decided(words[0] as Word, words, false);
}

function isUsable(word: Word): boolean {
  return word.level !== undefined || word.state === 'compromised' || word.silentBlock;
}

function missing(words: readonly Word[], always: boolean): Merged {
  const silentOnes = words.filter((w) => w.missing);
  const blocking = silentOnes.find((w) => w.blocksWhenMissing);
  const named = blocking ?? (silentOnes[0] as Word);
  return {
    kind: 'missing',
    state: named.state,
    blocked: always || blocking !== undefined,
    connectorId: named.connectorId,
    disagreeing: NONE,
  };
}

function decided(word: Word, words: readonly Word[], allMustSpeak: boolean): Merged {
  const disagreeing =
    words.length === 1 ? NONE : words.filter((w) => !w.missing && w.rank !== word.rank).map((w) => w.connectorId);
  const missingFrom = allMustSpeak ? words.find((w) => w.missing && w.blocksWhenMissing)?.connectorId : undefined;
  const common = {
    state: word.state,
    connectorId: word.connectorId,
    disagreeing,
    ...(missingFrom !== undefined && { missingFrom }),
  };
  if (word.silentBlock) return { kind: 'failing', code: 'partner_silent', ...common };
  if (word.level !== undefined) return { kind: 'level', level: word.level, ...common };
  return { kind: 'failing', code: FAILING_CODE[word.state] ?? 'partner_app_misconfigured', ...common };
}

const FAILING_CODE: Readonly<Partial<Record<ThreatState, ReasonCode>>> = {
  compromised: 'device_compromised',
  deactivated: 'partner_app_deactivated',
  misconfigured: 'partner_app_misconfigured',
};

function unreachable(value: never): never {
  throw new Error(`no such merge method: ${JSON.stringify(value)}`);
}
