import { lstat, readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { hasRepeatedMembers, parseWithRepeats } from '@sallyport/hub/platform/repeated-members.ts';
import type { Resource } from '@sallyport/contracts/client/index.ts';
import { UsageError } from '../../frame/usage-error.ts';
import { GRAPH_KINDS, kindNamed, kindOfPolicy, type GraphKind } from '../shared/graph-kinds.ts';
import { bytesOf, jsonText, parseJson } from '../shared/json-file.ts';
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

/** The items of a file, or of all `.json` files of a folder. Folders in it are not read, which a note says. */
export async function readImport(path: string): Promise<ImportContent> {
  const { files, assignments, notes } = await filesAt(path);
  const contents = await Promise.all(
    files.map(async (file) => withAssignments(await readOne(file), assignments.get(basename(file)))),
  );
  const items = contents.flatMap((content) => content.items);
  return {
    items: GRAPH_KINDS.flatMap((kind) => items.filter((item) => item.kind === kind)),
    problems: contents.flatMap((content) => content.problems),
    notes: [...notes, ...contents.flatMap((content) => content.notes)],
  };
}

interface FilesFound {
  readonly files: readonly string[];
  /** By the name of the policy's file. */
  readonly assignments: ReadonlyMap<string, string>;
  readonly notes: readonly ImportProblem[];
}

/** Where IntuneBackupAndRestore puts what this hub takes, and the assignments beside it: a list in a file of the policy's name. */
const POLICIES_FOLDER = 'Device Compliance Policies';
const ASSIGNMENTS_FOLDER = 'Assignments';

async function filesAt(path: string): Promise<FilesFound> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined)
    throw new UsageError(
      await lstat(path).then(
        () => `${path} is a link to something that is not there or cannot be read.`,
        () => `There is no ${path}.`,
      ),
    );
  if (!found.isDirectory()) return { files: [path], assignments: new Map(), notes: [] };
  const { files, folders } = await contentOf(path);
  const inside = folders.includes(POLICIES_FOLDER)
    ? await filesAt(join(path, POLICIES_FOLDER))
    : { files: [], assignments: [], notes: [] };
  if (files.length + inside.files.length === 0)
    throw new UsageError(
      `${path} holds no .json files.${folders.length === 0 ? '' : ` The folders in it are not read: ${folders.join(', ')}.`}`,
    );
  const beside = folders.includes(ASSIGNMENTS_FOLDER) ? (await contentOf(join(path, ASSIGNMENTS_FOLDER))).files : [];
  const unread = [
    ...folders
      .filter((name) => name !== POLICIES_FOLDER && name !== ASSIGNMENTS_FOLDER)
      .map(
        (name) => [name, 'this folder was not read; import it by itself if it holds something for this hub'] as const,
      ),
    ...beside
      .filter((name) => !files.includes(name))
      .map(
        (name) =>
          [
            join(ASSIGNMENTS_FOLDER, name),
            'these assignments were not read: there is no file of a policy with this name',
          ] as const,
      ),
  ];
  return {
    files: [...files.map((name) => join(path, name)), ...inside.files],
    assignments: new Map([
      ...beside
        .filter((name) => files.includes(name))
        .map((name) => [name, join(path, ASSIGNMENTS_FOLDER, name)] as const),
      ...inside.assignments,
    ]),
    notes: [...unread.map(([name, message]) => ({ file: join(path, name), line: 1, message })), ...inside.notes],
  };
}

async function contentOf(
  folder: string,
): Promise<{ readonly files: readonly string[]; readonly folders: readonly string[] }> {
  const entries = (await readdir(folder, { withFileTypes: true })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const isFolder = await Promise.all(
    entries.map(
      async (entry) =>
        entry.isDirectory() ||
        (entry.isSymbolicLink() &&
          (await stat(join(folder, entry.name)).catch(() => undefined))?.isDirectory() === true),
    ),
  );
  return {
    files: entries
      .filter(({ name }, index) => /\.json$/iu.test(name) && isFolder[index] !== true)
      .map(({ name }) => name),
    folders: entries
      .filter(({ name }, index) => isFolder[index] === true && !name.startsWith('.'))
      .map(({ name }) => name),
  };
}

/** A backup that was read without its assignments would be a policy for nobody. */
async function withAssignments(content: ImportContent, file: string | undefined): Promise<ImportContent> {
  if (file === undefined) return content;
  const [policy, ...others] = content.items;
  const list = await readFile(file)
    .then((bytes) => parseJson(jsonText(bytes, file), file))
    .catch(() => undefined);
  const isWrong =
    policy?.kind.name !== 'deviceCompliancePolicies' ||
    others.length > 0 ||
    policy.item.assignments !== undefined ||
    !Array.isArray(list);
  if (isWrong)
    return {
      ...content,
      problems: [
        ...content.problems,
        {
          file,
          line: 1,
          message:
            'must be the list of assignments of the one compliance policy in the file of the same name, which has none itself',
        },
      ],
    };
  return { ...content, items: [{ ...policy, item: { ...policy.item, assignments: list } }] };
}

async function readOne(file: string): Promise<ImportContent> {
  let text: string;
  let content: unknown;
  try {
    text = jsonText(await bytesOf(file), file);
    content = parseJson(text, file);
    // A repeated name is looked for only where there is one: in files of many megabytes, too.
    if (hasRepeatedMembers(text, content)) return { items: [], notes: [], problems: [repeatedMember(text, file)] };
  } catch (error) {
    return {
      items: [],
      notes: [],
      problems: [
        {
          file,
          line: Number(/line (\d+)/u.exec(String(error))?.[1] ?? 1),
          message: error instanceof Error ? error.message : String(error),
        },
      ],
    };
  }
  const locator = new Locator(text);
  const items: ImportItem[] = [];
  const problems: ImportProblem[] = [];
  for (const { value, path, kind } of candidates(content, file)) {
    const found = isObject(value) ? (kind ?? kindOfPolicy(value)) : undefined;
    if (!isObject(value) || found === undefined) {
      problems.push({ file, line: locator.line(path), message: isObject(value) ? UNKNOWN_KIND : 'must be an object' });
    } else {
      items.push({ kind: found, item: value, file, line: (field) => locator.line([...path, ...stepsOf(field ?? '')]) });
    }
  }
  return {
    items,
    problems,
    notes: isPage(content) ? [{ file, line: locator.line(['@odata.nextLink']), message: ONE_PAGE }] : [],
  };
}

function repeatedMember(text: string, file: string): ImportProblem {
  const field = parseWithRepeats(text.replace(/^\ufeff/u, '')).first ?? '';
  return {
    file,
    line: new Locator(text).line(stepsOf(field)),
    field,
    message: `${field} stands twice in one object; which of the two is meant cannot be told`,
  };
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
  const ofFile = kindNamed(basename(file).replace(/\.json$/iu, ''));
  if (Array.isArray(content)) return each(content, [], ofFile);
  if (!isObject(content)) return [{ value: content, path: [], kind: ofFile }];
  if (Array.isArray(content.value))
    return each(content.value, ['value'], kindOfContext(content['@odata.context']) ?? ofFile);
  const sections = Object.entries(content).flatMap(([name, value]) => {
    const kind = kindNamed(name);
    const list = Array.isArray(value)
      ? { items: value as readonly unknown[], path: [name] }
      : isObject(value) && Array.isArray(value.value)
        ? { items: value.value as readonly unknown[], path: [name, 'value'] }
        : undefined;
    return kind === undefined || list === undefined ? [] : each(list.items, list.path, kind);
  });
  return sections.length > 0 ? sections : [{ value: content, path: [], kind: ofFile }];
}

function each(
  items: readonly unknown[],
  path: readonly (string | number)[],
  kind: GraphKind | undefined,
): readonly Candidate[] {
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
