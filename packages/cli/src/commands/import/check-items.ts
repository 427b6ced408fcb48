import { settledVersionLimit } from '@sallyport/core';
import { HubError } from '@sallyport/contracts';
import { parseBody } from '@sallyport/contracts/graph/parse-body.ts';
import { versionOf } from '../shared/graph-kinds.ts';
import { isGuid } from '../shared/odata.ts';
import { typeNameOf } from '../shared/put-item.ts';
import { knownPart } from './known-part.ts';
import type { ImportItem, ImportProblem } from './read-files.ts';

/** What can be seen without a hub: missing properties, wrong types and words, ids that are none, and what is there twice. */
export function checkItems(items: readonly ImportItem[]): readonly ImportProblem[] {
  const seen = new Map<string, ImportItem>();
  return items.flatMap((one) => [
    ...missing(one),
    ...wrongId(one),
    ...misshapen(one),
    ...wrongVersion(one),
    ...repeated(one, seen),
  ]);
}

function missing({ kind, item, file, line }: ImportItem): readonly ImportProblem[] {
  return kind.required
    .filter((name) => item[name] === undefined || item[name] === null || item[name] === '')
    .map((field) => ({
      file,
      line: line(),
      field,
      message: `a ${kind.one} needs ${field}${asPowerShell(item, field)}`,
    }));
}

/** `Get-MgUser | ConvertTo-Json` prints the names of PowerShell's own objects, and leaves out types. */
function asPowerShell(item: ImportItem['item'], field: string): string {
  const capitalised = `${field.charAt(0).toUpperCase()}${field.slice(1)}`;
  return item[capitalised] === undefined
    ? ''
    : `; "${capitalised}" is PowerShell's spelling: export with Invoke-MgGraphRequest -OutputType Json`;
}

function wrongId({ item, file, line }: ImportItem): readonly ImportProblem[] {
  if (item.id === undefined || item.id === null || (typeof item.id === 'string' && isGuid(item.id))) return [];
  return [{ file, line: line('id'), field: 'id', message: 'id must be a GUID, or be left out' }];
}

/** The hub reads bodies by the same model. */
function misshapen({ kind, item, file, line }: ImportItem): readonly ImportProblem[] {
  if (item['@odata.type'] === undefined && kind.required.includes('@odata.type')) return [];
  const { known } = knownPart(kind, item);
  const body = Object.fromEntries(Object.entries(known).filter(([name]) => !name.startsWith('members')));
  try {
    parseBody(kind.type, body, versionOf(kind));
    return [];
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    return [{ file, line: line(error.details.field), field: error.details.field, message: error.message }];
  }
}

/** The hub refuses a limit that no device's version can be compared with. */
function wrongVersion({ kind, item, file, line }: ImportItem): readonly ImportProblem[] {
  if (kind.name !== 'deviceCompliancePolicies') return [];
  return ['osMinimumVersion', 'osMaximumVersion'].flatMap((field) => {
    const version = item[field];
    if (typeof version !== 'string' || version === '' || settledVersionLimit(version) !== undefined) return [];
    return [
      {
        file,
        line: line(field),
        field,
        message: `${field} must be a version like 17.4 or 10.0.19045, not "${version.slice(0, 60)}"`,
      },
    ];
  });
}

function repeated(one: ImportItem, seen: Map<string, ImportItem>): readonly ImportProblem[] {
  const { kind, item, file, line } = one;
  return (['id', kind.naturalKey] as const).flatMap((field) => {
    const value = field === undefined ? undefined : item[field];
    if (field === undefined || typeof value !== 'string' || value === '') return [];
    const key = `${kind.name} ${field} ${value.toLowerCase()} ${field === 'displayName' ? typeNameOf(item) : ''}`;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, one);
    // Names need not be unique in Graph; what has ids of its own is not there twice by mistake.
    const isNamesake = field === 'displayName' && typeof item.id === 'string' && typeof first?.item.id === 'string';
    return first === undefined || isNamesake
      ? []
      : [
          {
            file,
            line: line(field),
            field,
            message: `the ${kind.one} with ${field} "${value}" is there already, in line ${first.line()} of ${first.file}`,
          },
        ];
  });
}
