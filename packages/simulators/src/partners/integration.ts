import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { call, tokenOf, type Answer } from '../hub/call.ts';

/** What `sandbox.json` holds. */
export interface Kit {
  readonly baseUrl: string;
  readonly tenantId: string;
  readonly tokenEndpoint: string;
  readonly caFile: string;
  readonly partners: readonly {
    readonly name: string;
    readonly connectorId: string;
    readonly clientId: string;
    readonly clientSecret: string;
  }[];
  readonly devices: readonly Readonly<Record<string, string>>[];
  readonly unknownDevice: Readonly<Record<string, string>>;
  readonly control: { readonly url: string; readonly token: string };
}

export function readKit(file: string): Kit {
  return JSON.parse(readFileSync(file, 'utf8')) as Kit;
}

export interface Manners {
  /** Waits as long as it is asked to. */
  readonly patient: boolean;
  /** Sends the same reports again after a failure. */
  readonly persistent: boolean;
}

/** A vendor's integration as the documents ask for, or one with bad manners. */
export class Integration {
  readonly kit: Kit;
  readonly #ca: string;
  readonly #manners: Manners;
  #token: string | undefined;

  constructor(kit: Kit, manners: Manners = { patient: true, persistent: true }) {
    this.kit = kit;
    this.#ca = readFileSync(kit.caFile, 'utf8');
    this.#manners = manners;
  }

  async heartbeat(): Promise<Answer> {
    return call(`${this.kit.baseUrl}/partner/v1/heartbeat`, this.#ca, {
      method: 'POST',
      token: await this.#authenticate(),
    });
  }

  /** Until it is taken, unless manners forbid. */
  async report(...reports: readonly object[]): Promise<Answer | undefined> {
    for (;;) {
      const token = await this.#authenticate();
      let answer: Answer | undefined;
      try {
        answer = await call(`${this.kit.baseUrl}/partner/v1/device-health`, this.#ca, { token, body: { reports } });
      } catch {
        // The connection ended: it is not known whether the reports were taken.
      }
      if (answer?.status === 401) this.#token = undefined;
      else if (answer !== undefined && answer.status !== 503 && answer.status !== 429) return answer;
      if (!this.#manners.persistent) return answer;
      if (this.#manners.patient) await wait(Number(answer?.headers['retry-after'] ?? 0) * 1_000);
    }
  }

  async #authenticate(): Promise<string> {
    const [partner] = this.kit.partners;
    return (this.#token ??= await tokenOf(
      this.kit.tokenEndpoint,
      this.#ca,
      partner?.clientId ?? '',
      partner?.clientSecret ?? '',
    ));
  }
}

let observedAt = 0;

export function reportOn(
  device: Readonly<Record<string, string>> | undefined,
  threatState: string,
  findings: readonly object[] = [],
): object {
  // Later than every one before it, also within a millisecond.
  observedAt = Math.max(observedAt + 1, Date.now());
  return {
    reportId: randomUUID(),
    device: { serialNumber: device?.serialNumber ?? '' },
    observedDateTime: new Date(observedAt).toISOString(),
    threatState,
    findings,
  };
}

export const THREAT = { id: 'threat-1', type: 'malware', severity: 'high', title: 'Free Torch' } as const;
