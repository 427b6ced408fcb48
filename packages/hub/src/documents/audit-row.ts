import { randomUUID } from 'node:crypto';
import type { AuditRow, DocumentKind } from '../store/store.ts';
import type { ConfigurationChange } from './configuration.ts';

/** Properties that hold credentials in some form; audit rows say that they changed and not to what. */
const SECRET = /secret|password|hash|credential|key$/i;

/** What was changed, by its kind; devices are audited like documents. */
interface Audited extends Omit<ConfigurationChange, 'kind'> {
  readonly kind: DocumentKind | 'managedDevice';
}

export function auditRow(actor: string, change: Audited, at: number): AuditRow {
  const { before, after } = change;
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return {
    id: randomUUID(), at, actor,
    operation: before === undefined ? 'Create' : after === undefined ? 'Delete' : 'Patch',
    resourceType: change.kind,
    resourceId: change.id,
    changes: [...names].flatMap((property) => {
      const oldValue = shown(property, before?.[property]);
      const newValue = shown(property, after?.[property]);
      const same = JSON.stringify(before?.[property]) === JSON.stringify(after?.[property]);
      return same ? [] : [{ property, oldValue, newValue }];
    }),
  };
}

function shown(property: string, value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (SECRET.test(property)) return '(not shown)';
  return typeof value === 'string' ? value : JSON.stringify(value, (key, inner: unknown) => (key !== '' && SECRET.test(key) ? '(not shown)' : inner));
}
