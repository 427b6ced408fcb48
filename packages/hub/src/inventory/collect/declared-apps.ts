import { isDeclaredManaged } from '@sallyport/core';
import type { DeclaredApps } from '../keep-inventory.ts';
import { jsonWithin } from '../../vendors/kit/json-within.ts';
import { isRecord, type WireRecord } from '../../vendors/kit/wire-read.ts';
import { PlistError, type PlistDict } from './plist.ts';

const MAX_APPS = 5000;
const MAX_DEPTH = 32;

/**
 * The apps that declarations manage, from the status report of a DeclarativeManagement check-in: the status item
 * `app.managed.list` (Apple's device-management schema, `declarative/status/app.managed.list.yaml` and
 * `declarative/protocol/statusreport.yaml`). A report tells what changed unless it is a full one. `undefined` for another
 * message, for that of one user of a shared device, and for a report without the item.
 *
 * @throws PlistError for a report that cannot be read: taken for an empty one, it would drop apps
 */
export function declaredApps(checkIn: PlistDict): DeclaredApps | undefined {
  if (checkIn.get('MessageType') !== 'DeclarativeManagement' || checkIn.get('Endpoint') !== 'status') return undefined;
  if (['UserID', 'EnrollmentUserID'].some((key) => checkIn.get(key) !== undefined)) return undefined;
  const report = jsonIn(checkIn.get('Data'));
  const list = within(report.StatusItems, 'app', 'managed', 'list');
  if (list === undefined) return undefined;
  if (!Array.isArray(list)) throw new PlistError('app.managed.list must be an array.');
  if (list.length > MAX_APPS) throw new PlistError(`app.managed.list has more than ${MAX_APPS} entries.`);
  const apps = list.flatMap((app: unknown) => stateOf(app) ?? []);
  const ids = (isManaged: boolean): readonly string[] =>
    apps.filter((app) => app.isManaged === isManaged).map(({ id }) => id);
  return { managed: ids(true), others: ids(false), isWhole: report.FullReport === true };
}

/** `undefined` for an entry that says nothing of the app's management. */
function stateOf(app: unknown): { readonly id: string; readonly isManaged: boolean } | undefined {
  if (!isRecord(app)) throw new PlistError('app.managed.list must hold objects.');
  const { identifier: id, state, _removed: removed } = app;
  if (typeof id !== 'string' || id === '' || id.length > 512) return undefined;
  if (removed === true) return { id, isManaged: false };
  return typeof state === 'string' ? { id, isManaged: isDeclaredManaged(state) } : undefined;
}

/** Status items are nested by the parts of their names. */
function within(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce((inner: unknown, name) => (isRecord(inner) ? inner[name] : undefined), value);
}

function jsonIn(data: unknown): WireRecord {
  const text = data instanceof Uint8Array ? Buffer.from(data).toString('utf8') : '';
  try {
    const report: unknown = JSON.parse(text);
    if (isRecord(report) && jsonWithin(report, MAX_DEPTH) !== undefined) return report;
  } catch {
    // As what is no object.
  }
  throw new PlistError('Data holds no status report.');
}
