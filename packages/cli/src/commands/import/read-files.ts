import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Resource } from '@sallyport/contracts/client/index.ts';
import { UsageError } from '../../frame/usage-error.ts';
import { GRAPH_KINDS, kindNamed, kindOfPolicy, type GraphKind } from '../shared/graph-kinds.ts';
import { jsonText, parseJson } from '../shared/json-file.ts';
import { Locator, stepsOf } from './locate.ts';

/** One thing to import, and where it stands. */
export interface ImportItem {
  readonly kind: GraphKind;
  readonly item: Resource;
  readonly file: string;
  /** The line of the item, or of a field of it. */
  line(field?: string): number;
}

/** What cannot be imported, and where it stands. */
export interface ImportProblem {
  readonly file: string;
  readonly line: number;
  readonly field?: string | undefined;
  readonly message: string;
}

export interface ImportContent {
  readonly items: readonly ImportItem[];
  readonly problems: readonly ImportProblem[];
  /** What keeps nothing out, and may be a mistake. */
  readonly notes: readonly ImportProblem[];
}

/** The items of a file, or of all `.json` files of a folder. */
export async function readImport(path: string): Promise<ImportContent> {
  const contents = await Promise.all((await filesAt(path)).map(readOne));
  const items = contents.flatMap((content) => content.items);
  return {
    items: GRAPH_KINDS.flatMap((kind) => items.filter((item) => item.kind === kind)),
    problems: contents.flatMap((content) => content.problems),
    notes: contents.flatMap((content) => content.notes),
  };
}

async function filesAt(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new UsageError(`There is no ${path}.`);
  if (!found.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => name.endsWith('.json')).sort();
  if (names.length === 0) throw new UsageError(`${path} holds no .json files.`);
  return names.map((name) => join(path, name));
}

async function readOne(file: string): Promise<ImportContent> {
  const bytes = await readFile(file);
  let text: string;
  let content: unknown;
  try {
    text = jsonText(bytes, file);
    content = parseJson(text, file);
  } catch (error) {
    return { items: [], notes: [], problems: [{ file, line: Number(/line (\d+)/u.exec(String(error))?.[1] ?? 1), message: error instanceof Error ? error.message : String(error) }] };
  }
  const locator = new Locator(text);
  const items: ImportItem[] = [];
  const problems: ImportProblem[] = [];
  for (const { value, path, kind } of candidates(content, file)) {
    const found = isObject(value) ? kind ?? kindOfPolicy(value) : undefined;
    if (!isObject(value) || found === undefined) {
      problems.push({ file, line: locator.line(path), message: isObject(value) ? UNKNOWN_KIND : 'must be an object' });
    } else {
      items.push({ kind: found, item: value, file, line: (field) => locator.line([...path, ...stepsOf(field ?? '')]) });
    }
  }
  return { items, problems, notes: isPage(content) ? [{ file, line: locator.line(['@odata.nextLink']), message: ONE_PAGE }] : [] };
}

const UNKNOWN_KIND = `it cannot be told what this is; put it into a section, {"users": [...]}, or name the file after what it holds (${GRAPH_KINDS.map(({ name }) => `${name}.json`).join(', ')})`;

const ONE_PAGE = 'this is one page of several, as "@odata.nextLink" says; make sure that the others are here too';

function isPage(content: unknown): boolean {
  return isObject(content) && typeof content['@odata.nextLink'] === 'string';
}

interface Candidate {
  readonly value: unknown;
  readonly path: readonly (string | number)[];
  readonly kind: GraphKind | undefined;
}

/** A list, an answer of Graph (`value`), an object of sections, or one policy. */
function candidates(content: unknown, file: string): readonly Candidate[] {
  const ofFile = kindNamed(basename(file, '.json'));
  if (Array.isArray(content)) return each(content, [], ofFile);
  if (!isObject(content)) return [{ value: content, path: [], kind: ofFile }];
  if (Array.isArray(content.value)) return each(content.value, ['value'], kindOfContext(content['@odata.context']) ?? ofFile);
  const sections = Object.entries(content).flatMap(([name, value]) => {
    const kind = kindNamed(name);
    const list = Array.isArray(value) ? { items: value as readonly unknown[], path: [name] } : isObject(value) && Array.isArray(value.value) ? { items: value.value as readonly unknown[], path: [name, 'value'] } : undefined;
    return kind === undefined || list === undefined ? [] : each(list.items, list.path, kind);
  });
  return sections.length > 0 ? sections : [{ value: content, path: [], kind: ofFile }];
}

function each(items: readonly unknown[], path: readonly (string | number)[], kind: GraphKind | undefined): readonly Candidate[] {
  return items.map((value, index) => ({ value, path: [...path, index], kind }));
}

/** `https://.../$metadata#deviceManagement/managedDevices(id,deviceName)` is about managed devices. */
function kindOfContext(context: unknown): GraphKind | undefined {
  const name = typeof context === 'string' ? /#(?:[^(]*\/)?([A-Za-z]+)/u.exec(context)?.[1] : undefined;
  if (name === 'policies') return kindNamed('conditionalAccessPolicies');
  return name === undefined ? undefined : kindNamed(name);
}

function isObject(value: unknown): value is Resource {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
