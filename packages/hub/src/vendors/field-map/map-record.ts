import type { DeviceKey, FindingReport, Instant, Signal, ThreatState } from '@sallyport/core';
import { stateOfLevel } from '@sallyport/core';
import { cleanDeviceKey, distinctKeys, mdmDeviceKeys } from '../device-keys.ts';
import type { TryOutProblem } from '../vendor.ts';
import { fingerprint } from '../wire-read.ts';
import { canonical } from './canonical.ts';
import type { FieldMap, FindingMap, KeyName, StateWord } from './compile-field-map.ts';
import type { Found } from './json-path.ts';
import { valuesAt } from './json-path.ts';
import type { Read } from './read-field.ts';
import { problemAt, readId, readInstant, readLink, readMeaning, readText, shown } from './read-field.ts';

/** As in the partner API. */
const MAX_FINDINGS = 200;
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
  const told = notes.value('observedAt', readInstant(map.observedAt, record), 'unreadable time');
  const time = { at: told ?? receivedAt, unreadable: notes.flag !== undefined };
  const keys = keysOf(map, record, notes);
  const state = stateOf(map, record, notes);
  const findings = map.findings === undefined ? [] : findingsOf(map.findings, record, time.at, notes);
  // What lowers a level has to be newer than what raised it, and here nobody knows when it was.
  const sure = time.unreadable ? { state: state === 'secured' ? undefined : state, findings: findings.filter((one) => one.state === 'open') } : { state, findings };
  const reportId = reportIdOf(map, record, told, receivedAt, notes);
  if (sure.state === undefined && sure.findings.length === 0 && notes.flag === undefined) {
    if (notes.problems.length === 0) notes.nothing(map);
    return { signal: undefined, problems: notes.problems };
  }
  if (keys.length === 0) notes.noDevice(map);
  return {
    signal: { connectorId, reportId, keys, observedAt: time.at, findings: sure.findings, ...(sure.state && { state: sure.state }), ...(notes.flag && { flag: notes.flag }) },
    problems: notes.problems,
  };
}

/** What went wrong on the way through one record. */
class Notes {
  readonly problems: TryOutProblem[] = [];
  /** The first thing that keeps the report from being taken at its word. */
  flag: string | undefined;

  /** The value, where there is one. What cannot be read is noted, and flagged with the words of `flag`. */
  value<T>(field: string, read: Read<T>, flag?: string): T | undefined {
    if (read.kind === 'unreadable') {
      this.problems.push(problemAt(field, read.found, read.message));
      if (flag !== undefined) this.flag ??= `${flag} ${shown(read.found.value)}`;
    }
    return read.kind === 'is' ? read.value : undefined;
  }

  noDevice({ keys }: FieldMap): void {
    this.flag ??= 'no id of the device';
    if (!this.problems.some(({ field }) => field.startsWith('deviceKeys'))) this.#absent('deviceKeys', keys.flatMap(([, paths]) => paths));
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
  return distinctKeys(keys.flatMap(([name, paths]) => paths.flatMap((path) => valuesAt(path, record)).flatMap((found) => keyOf(name, found, notes))));
}

function keyOf(name: KeyName, found: Found, notes: Notes): readonly DeviceKey[] {
  const { value } = found;
  if (value === null || value === undefined || value === '') return [];
  const field = `deviceKeys.${name}`;
  if (typeof value !== 'string' && typeof value !== 'number') {
    notes.problems.push(problemAt(field, found, 'is no text or number'));
    return [];
  }
  const cleaned = cleanDeviceKey(name === 'mdmDeviceId' ? 'managedDeviceId' : name, String(value));
  if (!cleaned.ok) {
    notes.problems.push(problemAt(field, found, cleaned.problem));
    return [];
  }
  return name === 'mdmDeviceId' ? mdmDeviceKeys(cleaned.key.value) : [cleaned.key];
}

function stateOf({ state }: FieldMap, record: unknown, notes: Notes): ThreatState | undefined {
  return state && threatState(notes.value('state', readMeaning(state, record), 'unknown state'));
}

function threatState(word: StateWord | undefined): ThreatState | undefined {
  if (word === undefined || word === 'ignore') return undefined;
  return word === 'low' || word === 'medium' || word === 'high' ? stateOfLevel(word) : word;
}

function findingsOf(map: FindingMap, record: unknown, observedAt: Instant, notes: Notes): readonly FindingReport[] {
  const items = valuesAt(map.at, record).flatMap(eachOf).filter(({ value }) => value !== null);
  if (items.length > MAX_FINDINGS) notes.flag ??= `more than ${MAX_FINDINGS} findings`;
  const findings = items.slice(0, MAX_FINDINGS).flatMap((item) => findingOf(map, item, observedAt, notes) ?? []);
  return [...new Map(findings.map((finding) => [finding.id, finding])).values()];
}

/** A path to a list means what is in it. */
function eachOf({ path, value }: Found): readonly Found[] {
  return Array.isArray(value) ? value.map((item: unknown, index) => ({ path: `${path}[${index}]`, value: item })) : [{ path, value }];
}

/** A finding whose state or severity cannot be read is left out, so that what was last known of it stays. */
function findingOf(map: FindingMap, item: Found, observedAt: Instant, notes: Notes): FindingReport | undefined {
  const of = <T>(name: string, read: Read<T>, flag?: string): T | undefined => notes.value(`findings.${name}`, within(item.path, read), flag);
  const id = of('id', needed(readId(map.id, item.value), item), 'finding without id');
  if (id === undefined) return undefined;
  const state = map.state === undefined ? 'open' : of('state', needed(readMeaning(map.state, item.value), item), 'unknown finding state');
  const severity = map.severity === undefined ? 'none' : of('severity', needed(readMeaning(map.severity, item.value), item), 'unknown severity');
  if (state === undefined || (severity === undefined && state === 'open')) return undefined;
  const type = of('type', readText(map.type, item.value, 128)) ?? 'threat';
  const recommendedAction = of('recommendedAction', readText(map.recommendedAction, item.value, 2000));
  const detectedAt = of('detectedAt', readInstant(map.detectedAt, item.value)) ?? observedAt;
  const link = of('link', readLink(map.link, item.value));
  return {
    id, type, state, title: of('title', readText(map.title, item.value, 400)) ?? type,
    ...(severity !== undefined && severity !== 'none' && { severity }),
    ...(state === 'open' && { detectedAt }),
    ...(recommendedAction !== undefined && { recommendedAction }),
    ...(link !== undefined && { link }),
  };
}

/** Where the map says that a field is there, its absence is no good news either. */
function needed<T>(read: Read<T>, item: Found): Read<T> {
  return read.kind === 'missing' ? { kind: 'unreadable', found: { path: '$', value: item.value }, message: 'is missing in the finding' } : read;
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
function reportIdOf(map: FieldMap, record: unknown, told: Instant | undefined, receivedAt: Instant, notes: Notes): string {
  const id = notes.value('reportId', readId(map.reportId, record));
  const print = fingerprint(canonical(record), id === undefined && told === undefined ? receivedAt : null);
  return `${id === undefined ? 'content' : id.slice(0, MAX_ID)}:${print}`;
}
