/** One mend of what once opened by mistake, switched off. Some test has to fail. */
export interface Mutant {
  /** The kind of opening that it would bring back. */
  readonly mend: string;
  /** What is switched off. */
  readonly without: string;
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly text: string;
  readonly instead: string;
  /** Files of which one has to fail. */
  readonly tests: readonly string[];
}

const CORE = 'packages/core/src';
const HUB = 'packages/hub/src';
const CASES = `${CORE}/cases`;
const HISTORIES = `${CORE}/nothing-opens`;

type Short = readonly [without: string, file: string, text: string, instead: string, ...tests: string[]];

function of(mend: string, ...mutants: readonly Short[]): readonly Mutant[] {
  return mutants.map(([without, file, text, instead, ...tests]) => ({ mend, without, file, text, instead, tests }));
}

// biome-ignore format: one mend a line
export const MUTANTS: readonly Mutant[] = [
  ...of('unknown platform',
    ['names of the managements', `${CORE}/vocabulary/system-names.ts`, "'iphone', 'iphoneos', ", '', `${CORE}/vocabulary`],
    ['unknown names are asked as phones are', `${CORE}/evaluate/evaluate-compliance.ts`, 'device.systemUnknown === true\n', 'false\n', CASES, `${CORE}/evaluate`],
    ['new devices with unknown names close', `${CORE}/evaluate/unknown-system.ts`, "device.strict === true ? 'nonCompliant'", "device.strict === true ? 'compliant'", CASES, `${CORE}/evaluate`]),
  ...of('half-read version',
    ['the grammar of limits', `${CORE}/evaluate/os-version.ts`, '!parts.every((part) => /^\\d{1,9}$/.test(part)) ||', '', `${CORE}/evaluate`],
    ['two numbers are none', `${CORE}/evaluate/os-version.ts`, "|| second !== undefined ? 'unreadable' : only", "? 'unreadable' : only", `${CORE}/evaluate`],
    ['a version of another system', `${CORE}/evaluate/os-version.ts`, '|| namesOtherSystem(platform, text)', '', `${CORE}/evaluate`]),
  ...of('report from the future',
    ['the earlier of told and received', `${HUB}/pipeline/take-reports.ts`, 'signal.observedAt > receivedAt + ORDER_MS ? receivedAt : signal.observedAt', 'signal.observedAt', `${HUB}/pipeline/pipeline.test.ts`],
    ['a worse state seconds before counts', `${CORE}/merge/apply-signal.ts`, 'if (isAssessment(view.state)) return contest(view, known, signal, state, limits);', 'if (isAssessment(view.state)) return undefined;', `${CORE}/merge`, HISTORIES],
    ['contested for its 60 seconds', `${CORE}/merge/word-of-partner.ts`, 'if (view.contested !== undefined && moment.isBefore(view.contested.until))', 'if (view.contested !== undefined && moment.isBefore(0))', `${CORE}/merge`, HISTORIES]),
  ...of('ambiguous bad news',
    ['holds', `${HUB}/pipeline/hold-signals.ts`, 'match.candidates.length <= maxCandidates', 'match.candidates.length < 0', `${HUB}/pipeline/hold-signals.test.ts`],
    ['the limit of candidates', `${CORE}/vocabulary/signal-limits.ts`, '{ default: 5,  min: 2,  max: 20 }', '{ default: 500,  min: 2,  max: 500 }', `${HUB}/pipeline/hold-signals.test.ts`],
    ['good news of another identity ends no hold', `${CORE}/merge/identities.ts`, 'view.held?.some((name) => names.includes(name)) === true', 'view.held !== undefined', HISTORIES, `${HUB}/pipeline/hold-signals.test.ts`],
    ['a hold lives 30 days, not the threshold', `${CORE}/merge/word-of-partner.ts`, 'view.held !== undefined ? limits.holdDays : connector', 'connector', `${HUB}/pipeline/hold-signals.test.ts`, HISTORIES],
    ['only what is clearly newer outdates bad news', `${CORE}/merge/outdated.ts`, 'if (view.observedAt <= signal.observedAt + limits.contestWithinSeconds * SECOND) return false;', '', `${HUB}/pipeline/hold-signals.test.ts`],
    ['lost contact outdates none', `${CORE}/merge/outdated.ts`, 'after !== undefined && !isBad(after)', 'after !== undefined', `${HUB}/pipeline/hold-signals.test.ts`],
    ['bad news without a time may be new', `${CORE}/merge/outdated.ts`, '  if (signal.undated === true) return false;\n', '', `${HUB}/pipeline/hold-signals.test.ts`],
    ['only a newer level ends a hold beside a view', `${CORE}/merge/identities.ts`, 'undated !== true && observedAt >= held.observedAt', 'undated !== true', `${CORE}/merge/identities.test.ts`]),
  ...of('enrolled again',
    ['contact keeps a record', `${CORE}/merge/superseded-records.ts`, 'contactOf(record) < enrolmentOf(last)', 'record !== last', `${CORE}/merge/superseded-records.test.ts`],
    ['bad news comes over', `${CORE}/merge/carry-over.ts`, 'if (own === undefined) return [...views, view.held', 'if (own === undefined) return views; if (own === view) return [...views, view.held', `${CORE}/merge/carry-over.test.ts`]),
  ...of('one phone, two identities',
    ['a view for each identity', `${CORE}/merge/identities.ts`, 'return a.length === 0 ? b.length === 0 : a.some((id) => b.includes(id));', 'return a.length + b.length >= 0;', CASES, HISTORIES],
    ['the worst level counts', `${CORE}/merge/word-of-partner.ts`, '    state = worseOf(state, other);\n', '', CASES, HISTORIES],
    ['only an identity tied by management supersedes', `${CORE}/merge/identities.ts`, 'other.tied === true &&\n        other.held', 'other.held', CASES, HISTORIES],
    ['only what came before is superseded', `${CORE}/merge/identities.ts`, '.filter((at) => levelAt < at)', '', CASES, HISTORIES],
    ['its silence begins when another is the newest', `${CORE}/merge/identities.ts`, 'view === wasNewest ||', '', `${CORE}/merge/identities.test.ts`, HISTORIES],
    ['or when it is first heard', `${CORE}/merge/identities.ts`, ' || (own === undefined && view === after)', '', `${CORE}/merge/identities.test.ts`],
    ['a finding since its removal counts', `${CORE}/merge/word-of-partner.ts`, '? raisedBy(view, undefined, moment)', '? undefined', `${CORE}/merge/identities.test.ts`, HISTORIES],
    ['a report without identity ties nothing', `${CORE}/merge/identities.ts`, '(tied === true && (ids.length > 0 || (known ?? NO_IDS).length === 0))', 'tied === true', CASES, HISTORIES],
    ['the end of a finding is no level', `${CORE}/merge/identities.ts`, "(basis !== 'findings' || than.basis === 'findings')", 'true', CASES, HISTORIES]),
  ...of('lost contact',
    ['the last level stays', `${CORE}/merge/apply-signal.ts`, 'const lastLevel = isAssessment(view.state) ? before : view.lastLevel;', 'const lastLevel = undefined;', CASES, HISTORIES],
    ['an app that is gone stays gone', `${CORE}/merge/word-of-partner.ts`, 'return lastAppState !== undefined && isLostContact(state)', 'return lastAppState !== undefined && !isLostContact(state)', CASES, HISTORIES],
    ['30 days', `${CORE}/merge/word-of-partner.ts`, 'moment.limits.badNewsDays * DAY', '3 * DAY', CASES, HISTORIES],
    ['a newer finding raises', `${CORE}/merge/open-findings.ts`, 'finding.raisesUntil !== undefined && finding.raisesUntil > now', 'finding.raisesUntil !== undefined && finding.raisesUntil < now', CASES, HISTORIES],
    ['for 60 minutes', `${CORE}/merge/open-findings.ts`, 'limits.findingRaisesMinutes * MINUTE', 'MINUTE', CASES, HISTORIES],
    ['secured ends only older findings', `${CORE}/merge/apply-signal.ts`, 'finding.observedAt < signal.observedAt - margin && ', '', `${CORE}/merge`, `${HUB}/vendors/lookout`, `${HUB}/vendors/lookout/intake.test.ts`],
    ['secured beside a high finding', `${HUB}/vendors/kit/self-contradiction.ts`, "finding.severity === 'high'", "finding.severity === 'low'", `${HUB}/api/partner`, `${HUB}/vendors/field-map`],
    ['compromised is not outvoted', `${CORE}/merge/merge-partners.ts`, "words.find(({ state }) => state === 'compromised')", "words.find(({ state }) => state === 'unknown')", CASES, HISTORIES],
    ['the level behind an app that is gone', `${CORE}/merge/merge-partners.ts`, 'words.map((word) => word.behind ?? word)', '[...words]', CASES, HISTORIES],
    ['a report without a time hides no worse one', `${CORE}/merge/apply-signal.ts`, 'signal.observedAt <= told.undatedAfter || signal.observedAt > told.observedAt', 'signal.observedAt > 0', `${CORE}/merge/identities.test.ts`, HISTORIES],
    ['bad news that is repeated without a time lives on', `${CORE}/merge/apply-signal.ts`, 'return repeats ?', 'return repeats && signal.undated !== true ?', `${CORE}/merge/identities.test.ts`],
    ['a report without a time lowers nothing', `${CORE}/merge/apply-signal.ts`, 'meaningOf(state).rank > worstKnown(view)', 'meaningOf(state).rank >= 0', CASES, HISTORIES]),
  ...of('withdrawal and silence',
    ['bad news stays after a withdrawal', `${CORE}/merge/silence.ts`, "if (silence === 'withdrawn' && isBad) return 'keepLast';", '', CASES, HISTORIES],
    ['keepWorse', `${CORE}/merge/silence.ts`, "return isBad && silence === 'silent' ? 'keepLast' : 'ignore';", "return 'ignore';", CASES, HISTORIES],
    ['bad news of the silent never helps to open', `${CORE}/merge/merge-partners.ts`, 'if (words[i]?.onlyCloses === true)', 'if (words.length < 0)', CASES, `${CORE}/rules.property.test.ts`]),
  ...of("vendors' words",
    ['an unknown word about protection is missing data', `${HUB}/vendors/kit/posture-of-words.ts`, "word.about === undefined ? ['unknown'] : []", "word.about === undefined ? [] : []", `${HUB}/vendors/kit/posture-of-words.test.ts`],
    ['nothing unknown is secured', `${HUB}/vendors/kit/posture-of-words.ts`, 'doubts.unknownTerms === undefined && known.length > 0', 'known.length > 0', `${HUB}/vendors/kit/posture-of-words.test.ts`],
    ['a change of the vocabulary is no news about phones', `${CORE}/merge/vocabulary-change.ts`, '(holding > limits.vocabularyDevices && ', '(holding < 0 && ', `${CORE}/merge/vocabulary-change.test.ts`],
    ['a known level beside an unknown term counts', `${HUB}/vendors/kit/posture-of-words.ts`, "...(isUnderstood && { understood: 'secured' as const }), ", '', `${HUB}/vendors/kit/posture-of-words.test.ts`],
    ['only while it is the newest', `${CORE}/merge/word-of-partner.ts`, ' && understood.observedAt > (view.lastLevel?.observedAt ?? 0)', '', `${CORE}/merge/vocabulary-change.test.ts`],
    ["Lookout's UNINSTALLED", `${HUB}/vendors/lookout/vocabulary.ts`, "  ['UNINSTALLED', 'deactivated'],\n", '', `${HUB}/vendors/published-words.test.ts`],
    ["Check Point's words of alerts", `${HUB}/vendors/check-point/vocabulary.ts`, "['ENDED', 'resolved'],", '', `${HUB}/vendors/published-words.test.ts`],
    ["Jamf's Resolved", `${HUB}/vendors/jamf/vocabulary.ts`, "['RESOLVED', 'resolved']", "['RESOLVED-', 'resolved']", `${HUB}/vendors/published-words.test.ts`, `${HUB}/vendors/jamf`],
    ['a repeated member means the worst', `${HUB}/vendors/kit/worst-reading.ts`, 'rankOf(b.signals) > rankOf(a.signals)', 'rankOf(b.signals) < rankOf(a.signals)', `${HUB}/vendors/kit/worst-reading.test.ts`]),
  ...of('Shared Signals',
    ['one type of event in a token', `${HUB}/vendors/shared-signals/verify-set.ts`, 'if (names.size > 1) throw', 'if (names.size > 100) throw', `${HUB}/vendors/shared-signals`],
    ['required members of subjects', `${HUB}/vendors/shared-signals/subjects.ts`, "  ['EMAIL', [{ names: ['email'], form: MAIL, expected: 'a mail address' }]],\n", '', `${HUB}/vendors/shared-signals`, `${HUB}/intake/ssf`],
    ['keys are read again', `${HUB}/vendors/shared-signals/transmitter.ts`, 'KEYS_MAX_AGE_MS = 5 * 60_000', 'KEYS_MAX_AGE_MS = 50_000 * 60_000', `${HUB}/vendors/shared-signals`, `${HUB}/intake/ssf`],
    ['a failed reading keeps the keys for a day only', `${HUB}/vendors/shared-signals/cached.ts`, '|| hasElapsed(this.#kept.at, KEEP_WHILE_FAILING_MS, this.#options.clock.now())', '', `${HUB}/vendors/shared-signals`, `${HUB}/intake/ssf`]),
  ...of('obligations',
    ['a plain deny for who cannot step up', `${HUB}/api/access/evaluator.ts`, 'return isOwed ? secondFactorMissing(answer) : answer;', 'return answer;', `${HUB}/api/access/routes.test.ts`],
    ['both levels of the negotiation', `${HUB}/api/access/question.ts`, 'extensions?.includes(OBLIGATIONS_EXTENSION) === true && types', 'types', `${HUB}/api/access`]),
  ...of('certificates',
    ["Cisco ISE's form is read", `${HUB}/evidence/device-names.ts`, '(?:uri:)?id:(?:microsoft endpoint manager|microsoft intune|intune):guid:', '(?:uri:)?nothing:', `${HUB}/evidence/device-names.test.ts`],
    ['two devices are none', `${HUB}/evidence/device-names.ts`, '.size > 1)\n    return { problem: ', '.size > 9)\n    return { problem: ', `${HUB}/evidence/device-names.test.ts`, `${HUB}/evidence/device-certificate.test.ts`],
    ['a CA vouches in its own set only', `${HUB}/evidence/trust-sets.ts`, '(id === null ? undefined : this.#certificates.get(id)) ?? NOBODY', '[...this.#certificates.values()].at(-1) ?? NOBODY', `${HUB}/evidence`, `${HUB}/api/access`, `${HUB}/doors`],
    ['a repeated ActiveSync id', `${HUB}/doors/active-sync.ts`, 'ids.length > 1 ? SEVERAL_IDS : ids[0] || undefined', 'ids[0] || undefined', `${HUB}/doors/active-sync.test.ts`]),
  ...of('Graph writes',
    ['objects that say nothing', 'packages/contracts/src/graph/parse-body.ts', 'property.nullable === true && isEmptyObject(parsed) ? null : parsed', 'parsed', 'packages/contracts/src/graph'],
    ['the family of an address', `${HUB}/api/graph/access-policies/named-location-body.ts`, '`${TYPE_PREFIX}iPv${parsed.family}CidrRange`', 'type', `${HUB}/api/graph`],
    ['repeated members', `${HUB}/http/json-body.ts`, 'if (!hasRepeatedMembers(text, value)) return;', 'if (text !== undefined) return;', `${HUB}/http/refused-bodies.test.ts`, `${HUB}/api/graph/hostile-bodies.test.ts`],
    ['a sync ahead of now is no contact', `${CORE}/evaluate/check-settings.ts`, 'device.lastSyncAt <= latest ? device.lastSyncAt : NEVER', 'device.lastSyncAt', CASES, `${CORE}/evaluate`, `${HUB}/pipeline`],
    ['placeholders with punctuation', `${HUB}/vendors/kit/device-keys.ts`, "'systemserialnumber', ", '', `${HUB}/vendors/kit/device-keys.test.ts`],
    ['check digits of IMEIs', `${HUB}/vendors/kit/device-keys.ts`, 'digits.length === 15 && !passesLuhn(digits)', 'digits.length === 0', `${HUB}/vendors/kit/device-keys.test.ts`]),
  ...of('clock',
    ['a jump is a doubt', `${HUB}/platform/trusted-clock.ts`, "if (!isNear(wall, expected)) this.#begin({ reason: 'jump', since });", '', `${HUB}/platform/trusted-clock.test.ts`, `${HUB}/pipeline/clock-in-doubt.test.ts`],
    ['behind the mark is a doubt', `${HUB}/platform/trusted-clock.ts`, 'wall < this.#highest - TOLERANCE_MS', 'wall < -Infinity', `${HUB}/platform/trusted-clock.test.ts`, `${HUB}/pipeline/clock-in-doubt.test.ts`],
    ['nobody falls silent in doubt', `${CORE}/merge/silence.ts`, 'silenceAsOf === undefined ? now : Math.min(now, silenceAsOf)', 'silenceAsOf === undefined ? now : Math.max(now, silenceAsOf)', `${HUB}/pipeline/clock-in-doubt.test.ts`],
    ['good news waits in doubt', `${HUB}/pipeline/wait-for-clock.ts`, 'undated: true,\n    ...(!ends', '...(!ends', `${HUB}/pipeline/clock-in-doubt.test.ts`],
    ['stored times ahead are pulled back', `${HUB}/pipeline/pull-back.ts`, 'views.some(isWrong) ||', '', `${HUB}/pipeline/clock-in-doubt.test.ts`],
    ['so are those of a device that is reported about', `${HUB}/pipeline/merge-signals.ts`, 'views.map((view) => pulledBack(view, now, now, limits))', 'views', `${HUB}/pipeline/merge-signals.test.ts`],
    ['a finding pulled back still raises', `${HUB}/pipeline/pulled-back.ts`, 'at > oldestState ? to + 1 : time(at)', 'at > oldestState ? to : time(at)', `${HUB}/pipeline/merge-signals.test.ts`],
    ['grace is at most its length from now', `${CORE}/evaluate/evaluate-compliance.ts`, 'Math.min(failing[policy.id] ?? now, now)', '(failing[policy.id] ?? now)', CASES, `${CORE}/evaluate`, `${HUB}/pipeline/clock-in-doubt.test.ts`]),
  ...of('file',
    ['the file that was opened', `${HUB}/store/sqlite/file-guard.ts`, 'if (main.size < this.#main.size) throw new FileLost(truncated(this.#file));', '', `${HUB}/store/sqlite/file-lost.test.ts`],
    ['an older copy', `${HUB}/store/sqlite/file-guard.ts`, 'if (!isNext) throw', 'if (generation < 0) throw', `${HUB}/store/sqlite/file-lost.test.ts`],
    ['keys without a database', `${HUB}/store/sqlite/sqlite-store.ts`, 'if (!mayBeNew && ', 'if (mayBeNew && !mayBeNew && ', `${HUB}/store/sqlite`, `${HUB}/store/migrations`]),
];
