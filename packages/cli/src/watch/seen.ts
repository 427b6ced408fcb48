import { deviceNamed, UNKNOWN_DEVICE } from '../sandbox/devices.ts';
import type { Exchange, ReportOutcome, SentReport } from '../sandbox/exchange.ts';

/** One report in one call, with what became of it. */
export interface Sent {
  readonly call: Exchange;
  readonly report: SentReport;
  /** `undefined`: the call was refused as a whole. */
  readonly outcome: ReportOutcome | undefined;
  /** The device of the sandbox that its keys name, if any. */
  readonly deviceId: string | undefined;
}

export interface WatchSettings {
  /** How far apart signs of life may be in this run. */
  readonly heartbeatMs: number;
  /** How long after it was observed a report may come, when nothing kept it back. */
  readonly mostDelayMs: number;
}

/** What a partner has done so far, sorted for looking at. */
export interface Seen {
  readonly settings: WatchSettings;
  readonly tokens: readonly Exchange[];
  readonly heartbeats: readonly Exchange[];
  readonly calls: readonly Exchange[];
  readonly sent: readonly Sent[];
}

export function look(exchanges: readonly Exchange[], settings: WatchSettings): Seen {
  const of = (kind: Exchange['kind']): readonly Exchange[] => exchanges.filter((exchange) => exchange.kind === kind);
  const calls = of('reports');
  return {
    settings,
    tokens: of('token'),
    heartbeats: of('heartbeat'),
    calls,
    sent: calls.flatMap((call) =>
      call.reports.map((report, i) => ({
        call,
        report,
        outcome: call.results[i],
        deviceId: deviceNamed(report.deviceKeys)?.managedDeviceId,
      })),
    ),
  };
}

/** Taken as news about a phone of the sandbox. */
export function isNews({ outcome, deviceId }: Sent): boolean {
  return (
    outcome?.status === 'accepted' &&
    outcome.matched &&
    deviceId !== undefined &&
    deviceId !== UNKNOWN_DEVICE.managedDeviceId
  );
}

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
