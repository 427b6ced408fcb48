import { readFileSync } from 'node:fs';
import { newSecret } from '../platform/secrets.ts';
import { DeviceCertificates } from '../evidence/device-certificate.ts';
import type { DocumentRow, OutboxRow } from '../store/store.ts';
import type { DoorBody } from '../documents/kinds/door.ts';

/** For tests only: the captured CA and certificates, doors, and a store that holds only doors. */

interface Captured {
  readonly ca_pem: string;
  readonly devices: readonly { readonly cn: string; readonly pem: string }[];
}

export const CAPTURED = JSON.parse(
  readFileSync(new URL('../evidence/fixtures/device-certs.json', import.meta.url), 'utf8'),
) as Captured;
/** While the captured certificates are valid. */
export const DURING = Date.parse('2026-12-01T00:00:00Z');
export const KEY = newSecret();

export function doorBody(change: Partial<DoorBody> = {}): DoorBody {
  return {
    kind: 'nginx',
    displayName: 'Mail gateway',
    enabled: true,
    secretHash: KEY.hash,
    hint: KEY.hint,
    applications: [{ pathPrefix: '/app/orders', application: 'Orders', clientAppType: 'browser' }],
    defaultApplication: 'Exchange',
    deviceCa: CAPTURED.ca_pem,
    userFrom: 'device',
    language: 'en',
    failMode: 'closed',
    failOpenReason: null,
    ...change,
  };
}

/** For doors that trust their own CAs only. */
export const NO_TRUST_SETS = { get: () => new DeviceCertificates([]) };

/** As much of a store as doors need. */
export class DoorStore {
  readonly rows = new Map<string, DocumentRow>();
  readonly outboxRows: OutboxRow[] = [];
  readonly #listeners: ((rows: readonly OutboxRow[]) => void)[] = [];
  /** Makes the next so many reads fail. */
  busyFor = 0;

  readonly documents = {
    get: (_: string, id: string) => this.#unlessBusy(() => this.rows.get(id)),
    find: (_: string, ids: readonly string[]) =>
      this.#unlessBusy(() => [...this.rows.values()].filter((row) => ids.includes(row.id))),
    list: () => this.#unlessBusy(() => [...this.rows.values()]),
    snapshot: () => {
      throw new Error('doors are few');
    },
  };

  readonly outbox = {
    after: async (seq: number, limit: number) => this.outboxRows.filter((row) => row.seq > seq).slice(0, limit),
    range: async () => ({ first: this.outboxRows[0]?.seq ?? 0, last: this.outboxRows.at(-1)?.seq ?? 0 }),
  };

  onCommitted(listener: (rows: readonly OutboxRow[]) => void): void {
    this.#listeners.push(listener);
  }

  /** Writes a door and tells of it, as the pipeline does. */
  put(id: string, body: DoorBody | undefined): void {
    if (body === undefined) this.rows.delete(id);
    else this.rows.set(id, { kind: 'door', id, body: { ...body }, createdAt: 0, modifiedAt: 0, version: 1 });
    this.commit({ kind: 'configuration-changed', subject: 'door', payload: { kind: 'door', id } });
  }

  commit(row: Pick<OutboxRow, 'kind' | 'subject'> & Partial<OutboxRow>): void {
    const full: OutboxRow = { at: 0, payload: {}, ...row, seq: this.outboxRows.length + 1 };
    this.outboxRows.push(full);
    for (const listener of this.#listeners) listener([full]);
  }

  async #unlessBusy<T>(read: () => T): Promise<T> {
    await Promise.resolve();
    if (this.busyFor === 0) return read();
    this.busyFor -= 1;
    throw new Error('the database is busy');
  }
}
