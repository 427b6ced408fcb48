import type { BaseLogger } from 'pino';
import { readBody } from '../documents/document-type.ts';
import { trustSetDocument } from '../documents/kinds/trust-set.ts';
import type { DocumentRow, Store } from '../store/store.ts';
import { FollowedDocuments } from './followed-documents.ts';
import { parseDeviceCas } from './device-ca.ts';
import { DeviceCertificates } from './device-certificate.ts';

/** Trusts no CA, so every certificate is refused. */
const NOBODY = new DeviceCertificates([]);

/** The trust sets, in memory and in step with the store. A CA vouches only where its set is named. */
export class TrustSets {
  readonly #certificates = new Map<string, DeviceCertificates>();
  readonly #followed: FollowedDocuments;

  private constructor(followed: FollowedDocuments) {
    this.#followed = followed;
  }

  static async load(
    store: Pick<Store, 'documents' | 'onCommitted'>,
    log: Pick<BaseLogger, 'error'>,
  ): Promise<TrustSets> {
    const sets: TrustSets = new TrustSets(
      new FollowedDocuments({ store, log, kind: trustSetDocument.kind, put: (id, row) => sets.#put(id, row, log) }),
    );
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
    // One that cannot be read is told of by the view, as every document is.
    const body = row && readBody(trustSetDocument, row);
    if (body === undefined) return;
    try {
      // Written before it was limited, or put together from all doors: however many there are.
      this.#certificates.set(
        id,
        new DeviceCertificates(parseDeviceCas(body.certificateAuthorities, 'certificateAuthorities', Infinity)),
      );
    } catch (error) {
      log.error({ err: error, trustSet: id }, 'a trust set cannot be read, so it vouches for nobody');
    }
  }
}
