import type { BaseLogger } from 'pino';
import type { DocumentRow, Store } from '../../store/store.ts';
import { FollowedDocuments } from '../followed-documents.ts';
import { parseDeviceCas } from './device-ca.ts';
import { DeviceCertificates } from './device-certificate.ts';

/** A `trustSet` document: CAs whose device certificates count wherever the set is named. */
export interface TrustSetBody {
  readonly displayName: string;
  /** PEM of the CAs that sign the devices' certificates themselves. */
  readonly certificateAuthorities: string;
}

/** Trusts no CA, so every certificate is refused. */
const NOBODY = new DeviceCertificates([]);

/** The trust sets, in memory and in step with the store. A CA vouches only where its set is named. */
export class TrustSets {
  readonly #certificates = new Map<string, DeviceCertificates>();
  readonly #followed: FollowedDocuments;

  private constructor(followed: FollowedDocuments) {
    this.#followed = followed;
  }

  static async load(store: Pick<Store, 'documents' | 'onCommitted'>, log: Pick<BaseLogger, 'error'>): Promise<TrustSets> {
    const sets: TrustSets = new TrustSets(new FollowedDocuments({ store, log, kind: 'trustSet', put: (id, row) => sets.#put(id, row, log) }));
    await sets.#followed.load();
    return sets;
  }

  /** `null`, or no such set: nobody is trusted. */
  get(id: string | null): DeviceCertificates {
    return (id === null ? undefined : this.#certificates.get(id)) ?? NOBODY;
  }

  /** Reads one set again; when this resolves, the change is in force. */
  reload(id: string): Promise<void> {
    return this.#followed.reload(id);
  }

  #put(id: string, row: DocumentRow | undefined, log: Pick<BaseLogger, 'error'>): void {
    this.#certificates.delete(id);
    if (row === undefined) return;
    try {
      const { certificateAuthorities } = row.body as unknown as TrustSetBody;
      // Written before it was limited, or put together from all doors: however many there are.
      this.#certificates.set(id, new DeviceCertificates(parseDeviceCas(certificateAuthorities, 'certificateAuthorities', Infinity)));
    } catch (error) {
      log.error({ err: error, trustSet: id }, 'a trust set cannot be read, so it vouches for nobody');
    }
  }
}
