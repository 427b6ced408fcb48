import { randomUUID } from 'node:crypto';
import type { AuditRow, DocumentKind } from '../store/store.ts';
import { CATALOGUE } from './catalogue.ts';
import type { ConfigurationChange } from './configuration.ts';

/** Properties that hold credentials in some form; audit rows say that they changed and not to what, whatever their kind hides. */
const SECRET = /secret|password|hash|credential|key$/i;
const NOT_SHOWN = '(not shown)';

/** What was changed, by its kind; devices are audited like documents. */
interface Audited extends Omit<ConfigurationChange, 'kind'> {
  readonly kind: DocumentKind | 'managedDevice';
}

export function auditRow(actor: string, change: Audited, at: number): AuditRow {
  const [before, after] = [auditedBody(change.kind, change.before), auditedBody(change.kind, change.after)];
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return {
    id: randomUUID(),
    at,
    actor,
    operation: before === undefined ? 'Create' : after === undefined ? 'Delete' : 'Patch',
    resourceType: change.kind,
    resourceId: change.id,
    changes: [...names].flatMap((property) => {
      const oldValue = shown(change.kind, property, before?.[property]);
      const newValue = shown(change.kind, property, after?.[property]);
      const same = JSON.stringify(before?.[property]) === JSON.stringify(after?.[property]);
      return same ? [] : [{ property, oldValue, newValue }];
    }),
  };
}

function auditedBody(kind: Audited['kind'], body: ConfigurationChange['before']): ConfigurationChange['before'] {
  const type = CATALOGUE.get(kind);
  if (body === undefined || type?.audited === undefined) return body;
  const parsed = type.body.safeParse(body);
  return parsed.success ? type.audited(parsed.data) : {};
}

function shown(kind: Audited['kind'], property: string, value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (SECRET.test(property) || CATALOGUE.get(kind)?.hides?.includes(property) === true) return NOT_SHOWN;
  return typeof value === 'string'
    ? value
    : JSON.stringify(value, (key, inner: unknown) => (key !== '' && SECRET.test(key) ? NOT_SHOWN : inner));
}
