import { StoreBusy, type Transaction } from '../store/store.ts';
import { auditRow } from '../documents/audit-row.ts';
import { applyChanges, type FollowChanges } from '../view/follow-changes.ts';
import type { Touched } from '../view/read-model.ts';
import type { AccessEffect, Configuration, ConfigurationChange } from '../documents/configuration.ts';
import { evaluateTouched, type ReevaluateDependencies } from './reevaluate-fleet.ts';

export interface ConfigureDependencies extends ReevaluateDependencies {
  readonly following: Pick<FollowChanges, 'documents'>;
}

/**
 * Changes of the configuration: written with their audit and outbox rows, taken into memory, and acted on. They come
 * one after the other, in all processes on a database: what `work` finds in the transaction stays so until its end.
 */
export class Configure implements Configuration {
  readonly #deps: ConfigureDependencies;

  constructor(deps: ConfigureDependencies) {
    this.#deps = deps;
  }

  async write<T>(
    actor: string,
    work: (tx: Transaction, changed: (change: ConfigurationChange) => void) => Promise<T>,
    evaluated?: (effect: AccessEffect) => void,
  ): Promise<T> {
    const { store, serial, clock, origin } = this.#deps;
    const { result, touched } = await serial.run(async () => {
      const changes: ConfigurationChange[] = [];
      const written = await store.transaction(async (tx) => {
        // A retried transaction runs `work` again: what it reported the first time did not happen.
        changes.length = 0;
        await tx.documents.hold();
        const answer = await work(tx, (change) => changes.push(change));
        const at = clock.now();
        if (changes.length > 0) {
          await tx.audit.append(changes.map((change) => auditRow(actor, change, at)));
          await tx.outbox.append(
            changes.map(({ kind, id }) => ({
              kind: 'configuration-changed' as const,
              subject: kind,
              at,
              payload: { kind, id, origin },
            })),
          );
        }
        return answer;
      });
      return { result: written, touched: await this.#applyChanges(changes) };
    });
    const effect = touched === undefined ? undefined : await evaluateTouched(this.#deps, touched);
    if (effect !== undefined) evaluated?.(effect);
    return result;
  }

  /** What has been kept has happened, even if it cannot be read back at once (`undefined`). */
  async #applyChanges(changes: readonly ConfigurationChange[]): Promise<readonly Touched[] | undefined> {
    try {
      return await applyChanges(this.#deps, changes);
    } catch (error) {
      if (!(error instanceof StoreBusy)) throw error;
      this.#deps.following.documents(changes);
      return undefined;
    }
  }
}
