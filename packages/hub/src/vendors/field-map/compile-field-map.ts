import type { FieldMapSettings, KEY_NAMES, Paths } from './field-map-settings.ts';
import { FINDING_STATE_WORDS, SEVERITY_WORDS, STATE_WORDS } from './field-map-settings.ts';
import type { JsonPath } from './json-path.ts';
import { pathOf } from './json-path.ts';
import type { TimeFormat } from './read-time.ts';

/** A field map with its paths parsed and its words in capitals. */
export interface FieldMap {
  readonly reportId: readonly JsonPath[];
  readonly keys: readonly (readonly [KeyName, readonly JsonPath[]])[];
  readonly observedAt: TimeField | undefined;
  readonly state: MeaningField<StateWord> | undefined;
  readonly findings: FindingMap | undefined;
}

export type KeyName = (typeof KEY_NAMES)[number];
export type StateWord = (typeof STATE_WORDS)[number];
export type SeverityWord = (typeof SEVERITY_WORDS)[number];

export interface TimeField {
  readonly paths: readonly JsonPath[];
  readonly format: TimeFormat;
}

export interface MeaningField<W extends string> {
  readonly paths: readonly JsonPath[];
  readonly words: ReadonlyMap<string, W>;
  /** Highest first. */
  readonly numbers: readonly { readonly from: number; readonly is: W }[];
}

export interface FindingMap {
  readonly at: JsonPath;
  readonly id: readonly JsonPath[];
  readonly type: readonly JsonPath[];
  readonly title: readonly JsonPath[];
  readonly recommendedAction: readonly JsonPath[];
  readonly link: readonly JsonPath[];
  readonly severity: MeaningField<SeverityWord> | undefined;
  readonly state: MeaningField<(typeof FINDING_STATE_WORDS)[number]> | undefined;
  readonly detectedAt: TimeField | undefined;
}

/** By the settings they were made from, which stay the same as long as a link does. */
const compiled = new WeakMap<FieldMapSettings, FieldMap>();

export function compileFieldMap(settings: FieldMapSettings): FieldMap {
  const before = compiled.get(settings);
  if (before !== undefined) return before;
  const map = compile(settings);
  compiled.set(settings, map);
  return map;
}

function compile({ reportId, deviceKeys, observedAt, state, findings }: FieldMapSettings): FieldMap {
  return {
    reportId: pathsOf(reportId),
    keys: (Object.entries(deviceKeys) as [KeyName, Paths | undefined][]).map(([name, paths]) => [name, pathsOf(paths)]),
    observedAt: timeOf(observedAt),
    state: state && meaningOf(state, STATE_WORDS),
    findings: findings && {
      at: pathOf(findings.path),
      id: pathsOf(findings.id),
      type: pathsOf(findings.type),
      title: pathsOf(findings.title),
      recommendedAction: pathsOf(findings.recommendedAction),
      link: pathsOf(findings.link),
      severity: findings.severity && meaningOf(findings.severity, SEVERITY_WORDS),
      state: findings.state && meaningOf(findings.state, FINDING_STATE_WORDS),
      detectedAt: timeOf(findings.detectedAt),
    },
  };
}

function pathsOf(written: Paths | undefined): readonly JsonPath[] {
  if (written === undefined) return [];
  return (typeof written === 'string' ? [written] : written).map(pathOf);
}

function timeOf(written: { readonly path: Paths; readonly format: TimeFormat } | undefined): TimeField | undefined {
  return written && { paths: pathsOf(written.path), format: written.format };
}

interface WrittenMeaning<W extends string> {
  readonly path: Paths;
  readonly words?: Readonly<Record<string, W>> | undefined;
  readonly numbers?: readonly { readonly from: number; readonly is: W }[] | undefined;
}

function meaningOf<W extends string>({ path, words, numbers }: WrittenMeaning<W>, own: readonly W[]): MeaningField<W> {
  const entries: readonly (readonly [string, W])[] =
    words === undefined && numbers === undefined ? own.map((word) => [word, word]) : Object.entries(words ?? {});
  return {
    paths: pathsOf(path),
    words: new Map(entries.map(([word, means]) => [word.toUpperCase(), means])),
    numbers: (numbers ?? []).toSorted((a, b) => b.from - a.from),
  };
}
