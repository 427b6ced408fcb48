import { HubError } from '@sallyport/contracts';
import { acceptsMessages, connectorState, silenceOf } from '@sallyport/core';
import { connectorStatusDocument, statusIn, type ConnectorStatus } from '../documents/kinds/connector-status.ts';
import { putDocument } from '../documents/write.ts';
import type { ConnectorStateChanged, Provisioning } from './ports.ts';
import type { Configuration } from '../documents/configuration.ts';
import { reevaluate, type ReevaluateDependencies } from './reevaluate-fleet.ts';

export interface WatchDependencies extends ReevaluateDependencies {
  readonly configuration: Configuration;
}

/** The life of connectors: what partners say of themselves, and the states that follow, audited and published. */
export class WatchConnectors implements Provisioning {
  readonly #deps: WatchDependencies;
  /** The partners that were silent, and for how long in steps that matter, when the fleet was last evaluated for it. */
  #silent: string;

  constructor(deps: WatchDependencies) {
    this.#deps = deps;
    this.#silent = this.#silentNow();
  }

  /** Why messages of this connector are not taken, if they are not. */
  refusal(connectorId: string): HubError | undefined {
    const connector = this.#deps.memory.connector(connectorId);
    if (connector === undefined)
      return new HubError('not_found', `There is no mobileThreatDefenseConnector ${connectorId}.`);
    if (acceptsMessages(connectorState(connector, this.#deps.clock.now()))) return undefined;
    return new HubError(
      'connector_unavailable',
      'This partner has withdrawn from the connector. Call POST /partner/v1/provision to come back.',
    );
  }

  async heartbeat(
    connectorId: string,
    problem?: { readonly code: string; readonly message?: string | undefined },
  ): Promise<void> {
    const refusal = this.refusal(connectorId);
    if (refusal !== undefined) throw refusal;
    const { store, memory, serial, clock } = this.#deps;
    const at = clock.now();
    await serial.run(() => store.transaction((tx) => tx.heartbeats.set(connectorId, at)));
    memory.setHeartbeat(connectorId, at);
    await this.heard([connectorId]);
    const known = memory.rulebook.connectorStatus(connectorId)?.error ?? null;
    if (problem === undefined && known === null) return;
    if (problem !== undefined && known?.code === problem.code && known.message === problem.message) return;
    await this.#change(connectorId, connectorId, (status) => ({
      ...status,
      error: problem === undefined ? null : { ...problem, at },
    }));
    await this.noteStates();
  }

  /** Who reports has not withdrawn: a status of it that cannot be read is written anew. */
  async heard(connectorIds: Iterable<string>): Promise<void> {
    for (const id of connectorIds) {
      if (this.#deps.memory.connector(id)?.isLifeUnknown === true) await this.#change(id, id, (status) => status);
    }
    await this.noteSilence();
  }

  /** Looks whether a partner fell silent or was heard again; then what it said counts less, or again, for every device. */
  async noteSilence(): Promise<void> {
    const silent = this.#silentNow();
    if (silent === this.#silent) return;
    this.#silent = silent;
    this.#deps.memory.fleet.touch('all');
    await reevaluate(this.#deps, this.#deps.memory.fleet.all());
  }

  #silentNow(): string {
    const { memory, clock } = this.#deps;
    const now = clock.now();
    return memory.connectors
      .map((connector) => `${connector.id} ${silenceOf(connector, now, memory.signalLimits)}`)
      .filter((one) => !one.endsWith(' none'))
      .sort()
      .join();
  }

  async provision(connectorId: string, provisioned: boolean): Promise<void> {
    const { memory, clock } = this.#deps;
    const connector = memory.connector(connectorId);
    if (connector === undefined) throw this.refusal(connectorId);
    if (connector.isLifeUnknown !== true && (connector.deprovisioned ?? false) !== provisioned) return;
    await this.#change(connectorId, connectorId, ({ deprovisionedAt: _, ...status }) => ({
      ...status,
      deprovisioned: !provisioned,
      ...(!provisioned && { deprovisionedAt: clock.now() }),
    }));
    await this.noteStates();
  }

  /** The clock has moved forward by more than went by: who withdrew so long ago still did so long ago. */
  async moveWithdrawals(ms: number): Promise<void> {
    const { memory, clock } = this.#deps;
    for (const { id, deprovisionedAt } of memory.connectors) {
      if (deprovisionedAt === undefined) continue;
      await this.#change('sallyport', id, (status) => ({
        ...status,
        deprovisionedAt: Math.min(clock.now(), deprovisionedAt + ms),
      }));
    }
  }

  /** Looks at the state of every connector, and writes down and tells of those that are no longer what they were. */
  async noteStates(): Promise<void> {
    const { memory, clock } = this.#deps;
    for (const connector of memory.connectors) {
      const state = connectorState(connector, clock.now());
      // What is noted of it would take the place of what cannot be read.
      if (connector.isLifeUnknown === true || memory.rulebook.connectorStatus(connector.id)?.state === state) continue;
      await this.#change('sallyport', connector.id, (status) => ({ ...status, state }));
    }
  }

  async #change(
    actor: string,
    connectorId: string,
    change: (status: ConnectorStatus) => ConnectorStatus,
  ): Promise<void> {
    const { configuration, clock, memory, origin } = this.#deps;
    await putDocument(
      { configuration, clock, actor },
      { ...connectorStatusDocument, id: connectorId },
      async (row, tx) => {
        const before = statusIn(row, memory.rulebook.connectorStatus(connectorId));
        const after = change(before);
        // Another process may have noted the same.
        if (after.state === before.state || after.state === null) return after;
        const told: ConnectorStateChanged = {
          connectorId,
          displayName: memory.connector(connectorId)?.displayName ?? connectorId,
          from: before.state,
          to: after.state,
        };
        await tx.outbox.append([
          { kind: 'connector-state-changed', subject: connectorId, at: clock.now(), payload: { ...told, origin } },
        ]);
        return after;
      },
    );
  }
}
