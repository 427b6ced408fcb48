export interface HeartbeatReader {
  /** Connector id to time of its last heartbeat. */
  all(): Promise<ReadonlyMap<string, number>>;
}

export interface HeartbeatWriter {
  /** Never goes back in time. */
  set(connectorId: string, at: number): Promise<void>;
  forget(connectorId: string): Promise<void>;
}
