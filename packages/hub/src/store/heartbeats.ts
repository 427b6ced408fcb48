export interface HeartbeatReader {
  /** Connector id to time of its last heartbeat. */
  all(): Promise<ReadonlyMap<string, number>>;
}

export interface HeartbeatWriter {
  /** Never goes back in time. */
  set(connectorId: string, at: number): Promise<void>;
  forget(connectorId: string): Promise<void>;
  /** Those that lie after `at` are set to it: they were taken with a clock that was ahead. Answers how many. */
  pullBack(at: number): Promise<number>;
}
