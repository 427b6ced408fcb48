import { HubUnreachable, type HubConnection } from '@sallyport/contracts/client/index.ts';
import { isPassed, type ConformanceReport, type Step } from '../conformance/conformance-report.ts';
import { CHECKS, type Check } from './checks.ts';
import { Unexpected } from './expect.ts';
import { PartnerCalls } from './partner-calls.ts';
import { Reports, type DeviceKeys } from './reports.ts';

export interface VerifyOptions {
  readonly connection: HubConnection;
  readonly partner: string;
  /** Of a test device: its level goes up and down, and ends as secured. */
  readonly device: DeviceKeys;
}

/**
 * Tries a partner's client against a hub: every call of the partner API, right and wrong.
 *
 * @throws HubUnreachable when the hub does not answer at all
 */
export async function verify({ connection, partner, device }: VerifyOptions): Promise<ConformanceReport> {
  const startedAt = Date.now();
  const calls = new PartnerCalls(connection);
  const reports = new Reports(device);
  const steps: Step[] = [];
  try {
    for (const check of CHECKS) {
      // Without a token everything else would fail for that one reason.
      const first = steps[0];
      steps.push(
        first?.state === 'failed'
          ? stepOf(check, 'waiting', 'Not tried: there is no token.')
          : await tried(check, calls, reports),
      );
    }
  } finally {
    calls.close();
  }
  return {
    kind: 'verify',
    partner,
    hub: connection.baseUrl,
    startedDateTime: new Date(startedAt).toISOString(),
    endedDateTime: new Date().toISOString(),
    passed: isPassed(steps),
    steps,
  };
}

async function tried(check: Check, calls: PartnerCalls, reports: Reports): Promise<Step> {
  try {
    return stepOf(check, 'passed', await check.run(calls, reports));
  } catch (error) {
    if (error instanceof HubUnreachable && check === CHECKS[0]) throw error;
    if (error instanceof Unexpected || error instanceof HubUnreachable) return stepOf(check, 'failed', error.message);
    throw error;
  }
}

function stepOf({ id, title, required }: Check, state: Step['state'], detail: string | undefined): Step {
  return { id, title, required, state, detail };
}
