import { HubUnreachable, RequestRefused, type HubClient, type Resource } from '@sallyport/contracts/client/index.ts';
import { memberId } from '../group/members.ts';
import { GRAPH_KINDS } from '../shared/graph-kinds.ts';
import { namesToIds } from '../shared/names-to-ids.ts';
import { findExisting, putItem, typeNameOf, type Namesakes } from '../shared/put-item.ts';
import { addMissingMembers, membersNamed } from './add-members.ts';
import { References } from './check-references.ts';
import { knownPart } from './known-part.ts';
import type { ImportItem, ImportProblem } from './read-files.ts';

export interface ImportSummary {
  /** By kind: how many were made and changed, or would be. */
  readonly done: ReadonlyMap<string, { readonly created: number; readonly changed: number; readonly failed: number }>;
  readonly problems: readonly ImportProblem[];
  /** What was taken, and has a part that the hub cannot use. */
  readonly warnings: readonly ImportProblem[];
  /** Properties that this hub does not keep, with how many items had them: `user.signInActivity`. */
  readonly leftOut: ReadonlyMap<string, number>;
}

export interface ImportOptions {
  /** Look, but change nothing. */
  readonly dryRun: boolean;
  progress(done: number, of: number): void;
}

/** Requests under way at once: enough to keep a hub busy, which writes many of them together. */
const AT_ONCE = 8;

/**
 * Brings the items in, kind after kind because later ones refer to earlier ones. Each item is taken whole or
 * not at all, and one that is refused does not keep the others out.
 *
 * @throws HubUnreachable when the hub is gone
 */
export async function importItems(
  hub: HubClient,
  items: readonly ImportItem[],
  { dryRun, progress }: ImportOptions,
): Promise<ImportSummary> {
  const run = new Run(hub, items, dryRun);
  let finished = 0;
  for (const kind of GRAPH_KINDS) {
    const ofKind = items.filter((item) => item.kind === kind);
    await eachAtOnce(namesakesOf(ofKind), async (namesakes) => {
      const taken: Namesakes | undefined = namesakes.length > 1 ? new Set() : undefined;
      for (const item of namesakes) {
        await run.take(item, taken);
        finished += 1;
        progress(finished, items.length);
      }
    });
    // Groups may be members of groups, so members are added when all groups are there.
    if (kind.name === 'groups' && !dryRun) await eachAtOnce(ofKind, (item) => run.addMembers(item));
  }
  return { done: run.done, problems: run.problems, warnings: run.warnings, leftOut: run.leftOut };
}

class Run {
  readonly done = new Map<string, { created: number; changed: number; failed: number }>();
  readonly problems: ImportProblem[] = [];
  readonly warnings: ImportProblem[] = [];
  readonly leftOut = new Map<string, number>();
  readonly #hub: HubClient;
  /** Ids in the files, and what they are at this hub. */
  readonly #ids = new Map<string, string>();
  /** What was taken, with its id at this hub. */
  readonly #taken = new Map<ImportItem, string>();

  /** Looked up only where nothing is sent; else the hub tells. */
  readonly #references: References | undefined;

  constructor(hub: HubClient, items: readonly ImportItem[], dryRun: boolean) {
    this.#hub = hub;
    this.#references = dryRun ? new References(hub, items) : undefined;
  }

  /** @param namesakes what items of the same name took before; they go one after the other */
  async take(one: ImportItem, namesakes: Namesakes | undefined): Promise<void> {
    const counts = this.done.get(one.kind.name) ?? { created: 0, changed: 0, failed: 0 };
    this.done.set(one.kind.name, counts);
    try {
      const what = await this.#put(one, namesakes);
      counts[what] += 1;
    } catch (error) {
      counts.failed += 1;
      this.#note(one, error);
    }
  }

  /** A member that is not found does not keep the others out. */
  async addMembers(one: ImportItem): Promise<void> {
    const groupId = this.#taken.get(one);
    if (groupId === undefined) return;
    const members: string[] = [];
    for (const { name, field } of membersNamed(one.item)) {
      await this.#noting(one, field, async () => {
        members.push(this.#ids.get(name.toLowerCase()) ?? (await memberId(this.#hub, name)));
      });
    }
    if (members.length > 0) await this.#noting(one, 'members', () => addMissingMembers(this.#hub, groupId, members));
  }

  async #put(one: ImportItem, namesakes: Namesakes | undefined): Promise<'created' | 'changed' | 'failed'> {
    const existing = await findExisting(this.#hub, one.kind, one.item, namesakes);
    const { known, unknown } = knownPart(one.kind, one.item);
    for (const name of unknown)
      this.leftOut.set(`${one.kind.one}.${name}`, (this.leftOut.get(`${one.kind.one}.${name}`) ?? 0) + 1);
    if (this.#references !== undefined) {
      const missing = await this.#references.problemsOf(one);
      this.problems.push(...missing);
      // A group without one of its members is still a group.
      return missing.length > 0 && one.kind.name !== 'groups'
        ? 'failed'
        : existing === undefined
          ? 'created'
          : 'changed';
    }
    const item = await namesToIds(this.#hub, this.#withOurIds(known));
    const { what, id, warnings } = await putItem(this.#hub, one.kind, item, existing);
    this.warnings.push(
      ...warnings.map(({ target, message }) => ({ file: one.file, line: one.line(target), field: target, message })),
    );
    namesakes?.add(id);
    this.#taken.set(one, id);
    if (typeof one.item.id === 'string') this.#ids.set(one.item.id.toLowerCase(), id);
    return what;
  }

  /** Where a group or user was found under another id, what refers to it follows. */
  #withOurIds(item: Resource): Resource {
    return mapTexts(item, (text) => this.#ids.get(text.toLowerCase()) ?? text) as Resource;
  }

  async #noting(one: ImportItem, field: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#note(one, error, field);
    }
  }

  #note(one: ImportItem, error: unknown, within?: string): void {
    // Without a hub, the rest would only repeat the same.
    if (error instanceof HubUnreachable) throw error;
    const field = within ?? (error instanceof RequestRefused ? error.field : undefined);
    this.problems.push({
      file: one.file,
      line: one.line(field),
      field,
      message: error instanceof Error ? error.message : String(error),
    });
  }
}

/** Items by name, in the order of the file. */
function namesakesOf(items: readonly ImportItem[]): readonly (readonly ImportItem[])[] {
  return [
    ...Map.groupBy(items, (one) => {
      const name = one.kind.naturalKey === undefined ? undefined : one.item[one.kind.naturalKey];
      return typeof name === 'string' && name !== '' ? `${name.toLowerCase()} ${typeNameOf(one.item)}` : one;
    }).values(),
  ];
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapTexts(item, change)]));
  return value;
}

async function eachAtOnce<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}
