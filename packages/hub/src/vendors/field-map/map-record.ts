import type { DeviceKey, FindingReport, Instant, Signal, ThreatState, UnknownTerm } from '@sallyport/core';
import { meaningOf, stateOfLevel } from '@sallyport/core';
import { distinctKeys, readNamedKeys, unusableKey } from '../kit/device-keys.ts';
import { selfContradiction } from '../kit/self-contradiction.ts';
import { undated } from '../kit/undated.ts';
import { doubtAbout, doubtsOf } from '../kit/unknown-word.ts';
import type { TryOutProblem } from '../vendor.ts';
import { fingerprint, word } from '../kit/wire-read.ts';
import { canonical } from './canonical.ts';
import type { FieldMap, FindingMap, KeyName, MeaningField, StateWord } from './compile-field-map.ts';
import type { Found } from './json-path.ts';
import { valuesAt } from './json-path.ts';
import type { Read } from './read-field.ts';
import { problemAt, readId, readInstant, readLink, readMeaning, readText, shown } from './read-field.ts';

/** As in the partner API. */
const MAX_FINDINGS = 200;
/** In place of a state that the record's own findings speak against. */
const WORSE = 'highSeverity';
/** What is left for the vendor's own id once the fingerprint is appended. */
const MAX_ID = 200;

export interface MapContext {
  readonly connectorId: string;
  readonly receivedAt: Instant;
}

export interface Mapped {
  /** `undefined`: the record says nothing about a device. */
  readonly signal: Signal | undefined;
  /** Everything that could not be read, also where the signal stands without it. */
  readonly problems: readonly TryOutProblem[];
}

/** What one record says by the map. Pure, never throws. */
export function mapRecord(map: FieldMap, record: unknown, { connectorId, receivedAt }: MapContext): Mapped {
  const notes = new Notes();
  const id = notes.value('reportId', readId(map.reportId, record));
  const told = notes.value('observedAt', readInstant(map.observedAt, record), 'unreadable time');
  const observedAt = told ?? receivedAt;
  const keys = keysOf(map, record, notes);
  const state = stateOf(map, record, notes);
  const findings = map.findings === undefined ? [] : findingsOf(map.findings, record, observedAt, notes);
  if (state === undefined && findings.length === 0 && notes.flag === undefined) {
    if (notes.problems.length === 0) notes.nothing(map);
    return { signal: undefined, problems: notes.problems };
  }
  // A map that names no time says that the order of receipt is right.
  const dated = told !== undefined || (id !== undefined && map.observedAt === undefined);
  if (!dated) notes.flag ??= id === undefined ? 'neither an id nor a time of its own' : 'no time of its own';
  if (keys.length === 0) notes.noDevice(map);
  const sure = dated ? { state: notes.worse(state, findings), findings } : onlyBadNews(state, findings);
  return {
    signal: {
      connectorId,
      reportId: reportIdOf(id, record, told === undefined && id === undefined ? receivedAt : null),
      keys,
      observedAt,
      ...(dated ? {} : undated(told)),
      findings: sure.findings,
      ...(sure.state && { state: sure.state }),
      ...notes.doubts(),
    },
    problems: notes.problems,
  };
}

/**
 * What lowers a level has to be newer than what raised it. Of a record that does not tell when it was, or that
 * may be an old one sent again, only what is bad is believed.
 */
function onlyBadNews(
  state: ThreatState | undefined,
  findings: readonly FindingReport[],
): { readonly state: ThreatState | undefined; readonly findings: readonly FindingReport[] } {
  const { missing, level } = meaningOf(state ?? 'unknown');
  return {
    state: missing || level === 'secured' ? undefined : state,
    findings: findings.filter((one) => one.state === 'open'),
  };
}

/** What went wrong on the way through one record. */
class Notes {
  readonly problems: TryOutProblem[] = [];
  /** The first thing that keeps the report from being taken at its word. */
  flag: string | undefined;
  readonly #terms: UnknownTerm[] = [];
  /** A key that identifies nothing. It takes nothing from what the report says, so it is no reason to doubt that. */
  #keyFlag: string | undefined;

  /** The value, where there is one. What cannot be read is noted, and flagged with the words of `flag`. */
  value<T>(field: string, read: Read<T>, flag?: string): T | undefined {
    if (read.kind === 'unreadable') {
      const { found, message } = read;
      this.problems.push(problemAt(field, found, message));
      if (flag !== undefined) this.flag ??= found.value === undefined ? flag : `${flag} ${shown(found.value)}`;
    }
    return read.kind === 'is' ? read.value : undefined;
  }

  /** Flagged as well: an administrator has to see why reports of a phone match less than they could. */
  unusableKey(name: KeyName, found: Found, problem: string): void {
    this.problems.push(problemAt(`deviceKeys.${name}`, found, problem));
    this.#keyFlag ??= unusableKey(name, found.value);
  }

  /** As `value`, for a word whose meaning the map gives: one that it does not hold is listed as unknown. */
  meaning<T>(field: string, read: Read<T>, flag: string, about: UnknownTerm['about']): T | undefined {
    if (read.kind === 'unreadable')
      this.#terms.push(...(doubtAbout(about, field, word(read.found.value) ?? '(none)').unknownTerms ?? []));
    return this.value(field, read, flag);
  }

  doubts(): Pick<Signal, 'flag' | 'unknownTerms'> {
    return doubtsOf({ flag: this.flag ?? this.#keyFlag, unknownTerms: this.#terms });
  }

  /** The state of the record, or the worse one that its own findings speak of. */
  worse(state: ThreatState | undefined, findings: readonly FindingReport[]): ThreatState | undefined {
    const contradiction = selfContradiction({ findings, ...(state && { state }) });
    if (contradiction === undefined) return state;
    this.flag ??= contradiction;
    this.problems.push({
      field: 'state',
      path: '$',
      message: `is secured beside an open finding of high severity: ${WORSE} is taken`,
    });
    return WORSE;
  }

  noDevice({ keys }: FieldMap): void {
    this.flag ??= 'no id of the device';
    if (!this.problems.some(({ field }) => field.startsWith('deviceKeys')))
      this.#absent(
        'deviceKeys',
        keys.flatMap(([, paths]) => paths),
      );
  }

  nothing({ state, findings }: FieldMap): void {
    if (state !== undefined) this.#absent('state', state.paths);
    else if (findings !== undefined) this.#absent('findings', [findings.at]);
  }

  #absent(field: string, paths: readonly { readonly text: string }[]): void {
    this.problems.push({ field, path: paths.map(({ text }) => text).join(', '), message: 'is missing' });
  }
}

function keysOf({ keys }: FieldMap, record: unknown, notes: Notes): readonly DeviceKey[] {
  return distinctKeys(
    keys.flatMap(([name, paths]) =>
      paths.flatMap((path) => valuesAt(path, record)).flatMap((found) => keyOf(name, found, notes)),
    ),
  );
}

function keyOf(name: KeyName, found: Found, notes: Notes): readonly DeviceKey[] {
  const { value } = found;
  if (value === null || value === undefined || value === '') return [];
  const { keys, problem, nothing } = readNamedKeys(name, value);
  if (problem !== undefined) notes.unusableKey(name, found, problem);
  if (nothing !== undefined) notes.problems.push(problemAt(`deviceKeys.${name}`, found, nothing));
  return keys;
}

/**
 * A word that the map does not hold may say that the app is off where the map has words for that: then it is missing
 * data. Where the map knows levels alone, the last state stays.
 */
function stateOf({ state }: FieldMap, record: unknown, notes: Notes): ThreatState | undefined {
  if (state === undefined) return undefined;
  const read = readMeaning(state, record);
  const about = read.kind === 'unreadable' && saysProtection(state) ? 'protection' : 'level';
  const known = threatState(notes.meaning('state', read, 'unknown state', about));
  return known ?? (about === 'protection' ? 'unknown' : undefined);
}

const PROTECTION_WORDS: ReadonlySet<StateWord> = new Set<StateWord>([
  'activated',
  'deactivated',
  'unresponsive',
  'misconfigured',
]);

function saysProtection({ words, numbers }: MeaningField<StateWord>): boolean {
  return [...words.values(), ...numbers.map(({ is }) => is)].some((means) => PROTECTION_WORDS.has(means));
}

function threatState(word: StateWord | undefined): ThreatState | undefined {
  if (word === undefined || word === 'ignore') return undefined;
  return word === 'low' || word === 'medium' || word === 'high' ? stateOfLevel(word) : word;
}

function findingsOf(map: FindingMap, record: unknown, observedAt: Instant, notes: Notes): readonly FindingReport[] {
  const items = valuesAt(map.at, record)
    .flatMap(eachOf)
    .filter(({ value }) => value !== null);
  if (items.length > MAX_FINDINGS) notes.flag ??= `more than ${MAX_FINDINGS} findings`;
  const findings = items.slice(0, MAX_FINDINGS).flatMap((item) => findingOf(map, item, observedAt, notes) ?? []);
  return [...new Map(findings.map((finding) => [finding.id, finding])).values()];
}

/** A path to a list means what is in it. */
function eachOf({ path, value }: Found): readonly Found[] {
  return Array.isArray(value)
    ? value.map((item: unknown, index) => ({ path: `${path}[${index}]`, value: item }))
    : [{ path, value }];
}

/** A finding whose state or severity cannot be read is left out, so that what was last known of it stays. */
function findingOf(map: FindingMap, item: Found, observedAt: Instant, notes: Notes): FindingReport | undefined {
  const of = <T>(name: string, read: Read<T>, flag?: string): T | undefined =>
    notes.value(`findings.${name}`, within(item.path, read), flag);
  const id = of('id', needed(readId(map.id, item.value)), 'finding without id');
  if (id === undefined) return undefined;
  const meant = <T>(name: string, read: Read<T>, flag: string): T | undefined =>
    notes.meaning(`findings.${name}`, within(item.path, needed(read)), flag, 'finding');
  const state =
    map.state === undefined ? 'open' : meant('state', readMeaning(map.state, item.value), 'unknown finding state');
  const severity =
    map.severity === undefined ? 'none' : meant('severity', readMeaning(map.severity, item.value), 'unknown severity');
  if (state === undefined || (severity === undefined && state === 'open')) return undefined;
  const type = of('type', readText(map.type, item.value, 128)) ?? 'threat';
  const recommendedAction = of('recommendedAction', readText(map.recommendedAction, item.value, 2000));
  const detectedAt = of('detectedAt', readInstant(map.detectedAt, item.value)) ?? observedAt;
  const link = of('link', readLink(map.link, item.value));
  return {
    id,
    type,
    state,
    title: of('title', readText(map.title, item.value, 400)) ?? type,
    ...(severity !== undefined && severity !== 'none' && { severity }),
    ...(state === 'open' && { detectedAt }),
    ...(recommendedAction !== undefined && { recommendedAction }),
    ...(link !== undefined && { link }),
  };
}

/** Where the map says that a field is there, its absence is no good news either. */
function needed<T>(read: Read<T>): Read<T> {
  return read.kind === 'missing'
    ? { kind: 'unreadable', found: { path: '$', value: undefined }, message: 'lacks it' }
    : read;
}

/** Paths within a finding begin at it; problems name the place in the record. */
function within<T>(base: string, read: Read<T>): Read<T> {
  if (read.kind !== 'unreadable') return read;
  const { path, value } = read.found;
  return { ...read, found: { path: `${base}${path.slice(1)}`, value } };
}

/**
 * The vendor's id with a fingerprint of the record, because many vendors send an alert again under the same id
 * when it changes, and that is news. Without an id and a time of its own each receipt is news: a phone that turns
 * dangerous a second time must not be taken for a repetition of the first.
 */
function reportIdOf(id: string | undefined, record: unknown, receivedAt: Instant | null): string {
  return `${id === undefined ? 'content' : id.slice(0, MAX_ID)}:${fingerprint(canonical(record), receivedAt)}`;
}
