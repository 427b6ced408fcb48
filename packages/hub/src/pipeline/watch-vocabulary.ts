import { isVocabularyChange, type Connector } from '@sallyport/core';
import { HubError } from '@sallyport/contracts';
import { hasElapsed } from '../platform/clock.ts';
import {
  connectorStatusDocument,
  statusIn,
  type ConnectorStatus,
  type HandledTerm,
} from '../documents/kinds/connector-status.ts';
import { putDocument } from '../documents/write.ts';
import type { VocabularyChanged } from './ports.ts';
import type { Configuration } from '../documents/configuration.ts';
import { evaluateTouched, type ReevaluateDependencies } from './reevaluate-fleet.ts';
import type { ClockLog } from './watch-clock.ts';

export interface VocabularyDependencies extends ReevaluateDependencies {
  readonly configuration: Configuration;
  readonly log: ClockLog;
}

/** Devices whose postures are read at a time. */
const PAGE = 2_000;
/** How long it is believed how many devices only other processes know. */
const COUNT_AGAIN_MS = 60_000;
/** An administrator's own, per connector. */
const MAX_HANDLED = 1_000;

/**
 * Notices that a vendor changed its vocabulary: one value that no table holds makes much of its fleet `unknown`. Then the
 * value is disregarded, and what was understood last counts again, until no device holds it any more or an administrator
 * decides otherwise. It never looks at when the value came, so that a change that spreads over weeks is noticed as well.
 */
export class WatchVocabulary {
  readonly #deps: VocabularyDependencies;
  /** The values that were disregarded when devices were last evaluated for it, by connector. */
  readonly #seen = new Map<string, readonly string[]>();
  /** By connector: how many devices only other processes know. */
  readonly #elsewhere = new Map<string, { readonly devices: number; readonly at: number }>();

  constructor(deps: VocabularyDependencies) {
    this.#deps = deps;
    for (const { id, disregardedTerms } of deps.memory.connectors) this.#seen.set(id, disregardedTerms ?? []);
  }

  /** After reports were taken: costs nothing while no unknown value comes or goes. */
  async lookIfChanged(): Promise<void> {
    if (this.#deps.memory.fleet.terms.takeChanged()) await this.look();
  }

  async look(): Promise<void> {
    // What another process has changed is in memory as a whole, or not at all.
    const due = await this.#deps.serial.run(() =>
      Promise.resolve(this.#deps.memory.connectors.filter((connector) => this.#isDue(connector))),
    );
    for (const connector of due) await this.#settle(connector);
    await this.#evaluateChanged();
  }

  /** An administrator decides what a value counts for; `null`: what the rule says. @throws HubError `invalid_request` */
  async handle(
    actor: string,
    connectorId: string,
    term: string,
    handling: HandledTerm['handling'] | null,
  ): Promise<void> {
    if (this.#deps.memory.connector(connectorId)?.isLifeUnknown === true) {
      throw new HubError(
        'conflict',
        `The connectorStatus ${connectorId} in the database cannot be read, so nothing can be added to it. It is written anew when the partner reports next.`,
      );
    }
    await this.#write(actor, connectorId, (status) => {
      const others = (status.terms ?? []).filter((one) => one.term !== term);
      if (handling === null) return others;
      if (others.length >= MAX_HANDLED)
        throw new HubError(
          'invalid_request',
          `There are ${MAX_HANDLED} decisions about values of this vendor already; end one that is not needed any more.`,
          { field: 'value' },
        );
      return [...others, this.#handled(connectorId, term, handling, actor)];
    });
    await this.#evaluateChanged();
  }

  #isDue(connector: Connector): boolean {
    return (
      connector.isLifeUnknown !== true &&
      (this.#ended(connector.id).length > 0 || this.#candidates(connector.id).length > 0)
    );
  }

  /** What the hub disregards by itself, and no device holds any more. */
  #ended(connectorId: string): readonly string[] {
    const { memory } = this.#deps;
    return (memory.rulebook.connectorStatus(connectorId)?.terms ?? []).flatMap(({ term, by }) =>
      by === undefined && memory.fleet.terms.holders(connectorId, term).size === 0 ? [term] : [],
    );
  }

  /** Values that so many devices hold, as far as this process knows, that they are a change of the vendor's vocabulary. */
  #candidates(connectorId: string): readonly (readonly [term: string, devices: number])[] {
    const { memory, clock } = this.#deps;
    const elsewhere = this.#elsewhere.get(connectorId);
    const unseen =
      elsewhere === undefined || hasElapsed(elsewhere.at, COUNT_AGAIN_MS, clock.now()) ? 0 : elsewhere.devices;
    const handled = new Set(memory.rulebook.connectorStatus(connectorId)?.terms?.map(({ term }) => term));
    const devices = memory.fleet.terms.devicesOf(connectorId) + unseen;
    return [...memory.fleet.terms.terms(connectorId)].filter(
      ([term, holding]) => !handled.has(term) && isVocabularyChange(holding, devices, memory.signalLimits),
    );
  }

  async #settle({ id }: Connector): Promise<void> {
    const candidates = this.#candidates(id);
    const all =
      candidates.length === 0 ? 0 : this.#deps.memory.fleet.terms.devicesOf(id) + (await this.#countElsewhere(id));
    const found = candidates.flatMap(([term, holding]) =>
      isVocabularyChange(holding, all, this.#deps.memory.signalLimits) ? [term] : [],
    );
    if (found.length === 0 && this.#ended(id).length === 0) return;
    await this.#write('sallyport', id, (status) => {
      const ended = this.#ended(id);
      const kept = (status.terms ?? []).filter(({ term }) => !ended.includes(term));
      const known = new Set(kept.map(({ term }) => term));
      return [
        ...kept,
        ...found.filter((term) => !known.has(term)).map((term) => this.#handled(id, term, 'disregarded')),
      ];
    });
  }

  #handled(connectorId: string, term: string, handling: HandledTerm['handling'], by?: string): HandledTerm {
    const { memory, clock } = this.#deps;
    return {
      term,
      handling,
      since: clock.now(),
      devices: memory.fleet.terms.holders(connectorId, term).size,
      ...(by !== undefined && { by }),
    };
  }

  /** Devices of the partner that another process has heard of and this one was not told of, since nothing came of it. */
  async #countElsewhere(connectorId: string): Promise<number> {
    const { store, memory, clock } = this.#deps;
    const isHere = (id: string): boolean =>
      memory.fleet.get(id)?.posture?.views.some((view) => view.connectorId === connectorId) === true;
    let devices = 0;
    for (let after: string | undefined = ''; after !== undefined; ) {
      const ids: readonly string[] = await store.postures.withViewOf(connectorId, after, PAGE);
      const rows = await store.postures.get(ids.filter((id) => !isHere(id)));
      devices += rows.filter(({ views }) => views.some((view) => view.connectorId === connectorId)).length;
      after = ids.length < PAGE ? undefined : ids.at(-1);
    }
    this.#elsewhere.set(connectorId, { devices, at: clock.now() });
    return devices;
  }

  async #write(
    actor: string,
    connectorId: string,
    change: (status: ConnectorStatus) => readonly HandledTerm[],
  ): Promise<void> {
    const { configuration, clock, origin, memory } = this.#deps;
    let told: readonly VocabularyChanged[] = [];
    await putDocument(
      { configuration, clock, actor },
      { ...connectorStatusDocument, id: connectorId },
      async (row, tx) => {
        const status = statusIn(row, memory.rulebook.connectorStatus(connectorId));
        const terms = change(status);
        told = this.#changes(connectorId, status.terms ?? [], terms, actor);
        if (told.length === 0) return status;
        await tx.outbox.append(
          told.map((one) => ({
            kind: 'vendor-vocabulary-changed' as const,
            subject: connectorId,
            at: clock.now(),
            payload: { ...one, origin },
          })),
        );
        return { ...status, terms };
      },
    );
    for (const one of told) this.#tell(one);
  }

  #changes(
    connectorId: string,
    before: readonly HandledTerm[],
    after: readonly HandledTerm[],
    actor: string,
  ): readonly VocabularyChanged[] {
    const { memory } = this.#deps;
    const displayName = memory.connector(connectorId)?.displayName ?? connectorId;
    const handlingOf = (terms: readonly HandledTerm[], term: string): HandledTerm['handling'] | null =>
      terms.find((one) => one.term === term)?.handling ?? null;
    return [...new Set([...before, ...after].map(({ term }) => term))].flatMap((term) => {
      const [from, handling] = [handlingOf(before, term), handlingOf(after, term)];
      if (from === handling) return [];
      const severity = handling === 'disregarded' && actor === 'sallyport' ? 'critical' : 'info';
      const devices = memory.fleet.terms.holders(connectorId, term).size;
      return [
        {
          connectorId,
          displayName,
          severity,
          term,
          from,
          handling,
          devices,
          devicesOfPartner: memory.fleet.terms.devicesOf(connectorId),
          by: actor,
        } satisfies VocabularyChanged,
      ];
    });
  }

  #tell({ severity, ...change }: VocabularyChanged): void {
    const { log } = this.#deps;
    if (severity === 'critical') {
      log.warn(
        { severity, ...change },
        `${change.displayName} sends a value that no table holds for so many devices that it must be a change of its vocabulary: ${change.term}. ` +
          'What it reported before counts again for these devices. See: sallyport connector unknown-terms',
      );
    } else {
      log.info(change, 'what an unknown value of a vendor counts for has changed');
    }
  }

  /** Whoever wrote the change has evaluated what it knew; reports may have been taken meanwhile that did not know of it. */
  async #evaluateChanged(): Promise<void> {
    const { memory } = this.#deps;
    const devices = new Set<string>();
    for (const { id, disregardedTerms: now = [] } of memory.connectors) {
      const before = this.#seen.get(id) ?? [];
      this.#seen.set(id, now);
      for (const term of [...before, ...now]) {
        if (before.includes(term) !== now.includes(term))
          for (const device of memory.fleet.terms.holders(id, term)) devices.add(device);
      }
    }
    if (devices.size > 0) await evaluateTouched(this.#deps, [{ devices }]);
  }
}
