import { randomUUID } from 'node:crypto';
import type { AuditRow, DocumentKind, DocumentRow, Transaction } from '../store/store.ts';
import type { Touched } from './memory.ts';
import type { Configuration, ConfigurationChange } from './ports.ts';
import { reevaluate, type ReevaluateDependencies } from './reevaluate-fleet.ts';

/** Properties that hold credentials in some form; audit rows say that they changed and not to what. */
const SECRET = /secret|password|hash|credential|key$/i;

/** Changes of the configuration: written with their audit and outbox rows, taken into memory, and acted on. */
export class Configure implements Configuration {
  readonly #deps: ReevaluateDependencies;

  constructor(deps: ReevaluateDependencies) {
    this.#deps = deps;
  }

  async write<T>(actor: string, work: (tx: Transaction, changed: (change: ConfigurationChange) => void) => Promise<T>): Promise<T> {
    const { store, serial, clock, origin } = this.#deps;
    const { result, touched } = await serial.run(async () => {
      const changes: ConfigurationChange[] = [];
      const written = await store.transaction(async (tx) => {
        // A retried transaction runs `work` again: what it reported the first time did not happen.
        changes.length = 0;
        const answer = await work(tx, (change) => changes.push(change));
        const at = clock.now();
        if (changes.length > 0) {
          await tx.audit.append(changes.map((change) => auditRow(actor, change, at)));
          await tx.outbox.append(changes.map(({ kind, id }) => ({
            kind: 'configuration-changed' as const, subject: kind, at, payload: { kind, id, origin },
          })));
        }
        return answer;
      });
      return { result: written, touched: await takeIn(this.#deps, changes) };
    });
    await this.#act(touched);
    return result;
  }

  async #act(touched: readonly Touched[]): Promise<void> {
    const { fleet } = this.#deps.memory;
    if (touched.includes('fleet')) {
      await reevaluate(this.#deps, fleet.all());
      return;
    }
    const ids = new Set(touched.flatMap((t) => (typeof t === 'object' ? [...t.devices] : [])));
    if (ids.size > 0) await reevaluate(this.#deps, [...ids].flatMap((id) => fleet.get(id) ?? []));
  }
}

/** Reads back what was committed, so that memory shows what the store holds and nothing else. */
export async function takeIn(
  { store, memory }: Pick<ReevaluateDependencies, 'store' | 'memory'>, changes: readonly { readonly kind: DocumentKind; readonly id: string }[],
): Promise<readonly Touched[]> {
  const touched: Touched[] = [];
  for (const { kind, id } of changes) {
    const row: DocumentRow | undefined = await store.documents.get(kind, id);
    touched.push(memory.apply(kind, id, row));
    if (kind === 'group') touched.push(memory.applyMembers(id, row === undefined ? [] : await store.members.of(id)));
  }
  return touched;
}

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
