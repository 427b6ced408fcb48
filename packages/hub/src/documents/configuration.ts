import type { DocumentKind, Transaction } from '../store/store.ts';

export interface ConfigurationChange {
  readonly kind: DocumentKind;
  readonly id: string;
  readonly before?: Readonly<Record<string, unknown>> | undefined;
  readonly after?: Readonly<Record<string, unknown>> | undefined;
}

/** What a change of the configuration did to access, as `compliantDevice` has it. */
export interface AccessEffect {
  /** Devices that satisfy it now and did not before. */
  readonly opened: number;
  /** Devices that satisfied it before and do not now. */
  readonly closed: number;
}

export interface Configuration {
  /**
   * Runs `work` in a transaction, and in the same one writes the audit rows and the outbox row of the changes
   * that `work` reports through `changed`. When this resolves, the memory that decisions read shows the change
   * and every device it touches has been evaluated again. `evaluated` hears what came of that, unless it could not be
   * finished now.
   */
  write<T>(
    actor: string,
    work: (tx: Transaction, changed: (change: ConfigurationChange) => void) => Promise<T>,
    evaluated?: (effect: AccessEffect) => void,
  ): Promise<T>;
}
