import type { HubClient, Resource } from '@sallyport/contracts/client/index.ts';
import { command } from '../../frame/command.ts';
import { texts } from '../../frame/flags.ts';
import { UsageError } from '../../frame/usage-error.ts';
import { table } from '../../output/table.ts';
import { accessEffect, effectTogether } from '../shared/access-effect.ts';
import { kindOfPolicy, type GraphKind } from '../shared/graph-kinds.ts';
import { readJson } from '../shared/json-file.ts';
import { namesToIds } from '../shared/names-to-ids.ts';
import { stateColour } from '../shared/paint.ts';
import { findExisting, putItem, type PutResult } from '../shared/put-item.ts';
import { warningLine } from '../shared/write-warnings.ts';

interface Wanted {
  readonly kind: GraphKind;
  readonly item: Resource;
}

export const apply = command({
  name: 'apply',
  summary: 'Make policies from a file, or change them to what the file says',
  description:
    "A file holds one policy of Graph's form, or a list. Compliance policies, conditional access policies and named locations are told apart by what they hold; one that is there already is found by id or name. Names of users and groups are taken in place of ids.",
  flags: { file: texts('FILE', 'JSON; "-" reads standard input; -f for short') },
  examples: [{ line: 'sallyport policy apply -f android.json -f mail-and-files.json' }],
  async run({ flags }, context) {
    if (flags.file.length === 0) throw new UsageError('Say which file: -f FILE');
    // All files are read before the first policy is changed.
    const wanted: Wanted[] = [];
    for (const path of flags.file) wanted.push(...policiesIn(await readJson(path, context), path));
    const hub = await context.hub();
    const done: (PutResult & { readonly kind: string; readonly name: string })[] = [];
    for (const one of wanted) done.push(await applyOne(hub, one));
    return {
      json: done,
      text: `${table(
        done,
        [
          { title: 'WHAT', cell: ({ what }) => what, paint: stateColour(context.style) },
          { title: 'KIND', cell: ({ kind }) => kind },
          { title: 'NAME', cell: ({ name }) => name },
          { title: 'ID', cell: ({ id }) => id },
        ],
        context.style,
        'The files hold no policies.',
      )}${done.flatMap(({ name, warnings }) => warnings.map(({ message }) => warningLine(message, context.style, name))).join('')}${accessEffect(effectTogether(done))}`,
    };
  },
});

async function applyOne(hub: HubClient, { kind, item }: Wanted) {
  const resolved = await namesToIds(hub, item);
  const result = await putItem(hub, kind, resolved, await findExisting(hub, kind, resolved));
  return { kind: kind.one, name: String(item.displayName ?? ''), ...result };
}

function policiesIn(content: unknown, path: string): readonly Wanted[] {
  const list = Array.isArray(content)
    ? content
    : Array.isArray((content as { value?: unknown } | null)?.value)
      ? (content as { value: unknown[] }).value
      : [content];
  return list.map((item: unknown, index) => {
    const kind = typeof item === 'object' && item !== null ? kindOfPolicy(item as Resource) : undefined;
    if (kind === undefined)
      throw new UsageError(
        `${path}${list.length > 1 ? `, item ${index + 1},` : ''} is no policy: a compliance policy has "@odata.type" such as #microsoft.graph.androidCompliancePolicy, a conditional access policy has "conditions".`,
      );
    return { kind, item: item as Resource };
  });
}
