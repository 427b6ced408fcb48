import { Agent, request } from 'node:https';
import type { Partner, Phone } from '../hub/seed.ts';

/** One report as it was sent. */
export interface SentReport {
  readonly reportId: string;
  readonly device: { readonly managedDeviceId: string };
  readonly observedDateTime: string;
  readonly threatState: string;
  readonly findings: readonly object[];
}

export interface Refusal {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

const STATES = [
  'secured',
  'secured',
  'lowSeverity',
  'mediumSeverity',
  'highSeverity',
  'compromised',
  'deactivated',
  'activated',
];
const PAUSE_MS = 20;

/**
 * A partner that reports without a pause, and behaves as partners should: what was not answered, or answered
 * 503, it sends again under the same ids until it is acknowledged. Some reports come late, and some twice.
 */
export class Reporter {
  /** By report id: what the hub acknowledged. Never forgotten. */
  readonly acknowledged = new Map<string, SentReport>();
  /** Answers other than 200. */
  readonly refusals: Refusal[] = [];
  /** Codes of connections that broke before their answer, or were never made. */
  readonly broken: string[] = [];
  readonly #partner: Partner;
  readonly #phones: readonly Phone[];
  readonly #url: string;
  readonly #agent: Agent;
  readonly #name: string;
  #sent = 0;
  #stopping = false;
  #running: Promise<void> = Promise.resolve();

  constructor(name: string, hubUrl: string, ca: string, partner: Partner, phones: readonly Phone[]) {
    this.#name = name;
    this.#url = `${hubUrl}/partner/v1/device-health`;
    this.#agent = new Agent({ keepAlive: true, maxSockets: 1, ca });
    this.#partner = partner;
    this.#phones = phones;
  }

  start(): void {
    this.#stopping = false;
    this.#running = this.#loop();
  }

  /** Sends nothing new; ends once everything that was sent is acknowledged. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#running;
  }

  close(): void {
    this.#agent.destroy();
  }

  async #loop(): Promise<void> {
    while (!this.#stopping) {
      const batch = Array.from({ length: 1 + (this.#sent % 4) }, () => this.#next());
      while (!(await this.#deliver(batch))) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  /** Whether the hub acknowledged all of them. */
  async #deliver(batch: readonly SentReport[]): Promise<boolean> {
    try {
      const { status, retryAfter, text } = await this.#post(JSON.stringify({ reports: batch }));
      if (status !== 200) {
        this.refusals.push({ status, retryAfter, text });
        return false;
      }
      const { results } = JSON.parse(text) as { results: { reportId: string; status: string }[] };
      for (const [i, report] of batch.entries()) {
        const result = results[i];
        if (result?.reportId !== report.reportId || result.status === 'rejected')
          throw new Error(`${JSON.stringify(report)} got ${text}`);
        this.acknowledged.set(report.reportId, report);
      }
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      this.broken.push(code);
      return false;
    }
  }

  #next(): SentReport {
    const n = this.#sent++;
    const repeated = n % 17 === 16 ? [...this.acknowledged.values()].at(-1) : undefined;
    if (repeated !== undefined) return repeated;
    const state = STATES[scattered(n, this.#name) % STATES.length] as string;
    // Every ninth tells of an hour ago, when something else was known.
    const at = new Date(Date.now() - (n % 9 === 8 ? 3_600_000 : 0)).toISOString();
    return {
      reportId: `${this.#name}-${n}`,
      device: { managedDeviceId: (this.#phones[scattered(n + 1, this.#name) % this.#phones.length] as Phone).id },
      observedDateTime: at,
      threatState: state,
      findings:
        n % 3 === 0
          ? [
              {
                id: `finding-${n % 4}`,
                type: 'maliciousNetwork',
                severity: 'high',
                state: state === 'secured' ? 'resolved' : 'open',
                detectedDateTime: at,
              },
            ]
          : [],
    };
  }

  #post(body: string): Promise<{ status: number; retryAfter: string | undefined; text: string }> {
    return new Promise((resolve, reject) => {
      const sent = request(
        this.#url,
        {
          method: 'POST',
          agent: this.#agent,
          headers: {
            authorization: `Bearer ${this.#partner.token}`,
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
          },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
          });
          response.on('end', () =>
            response.complete
              ? resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], text })
              : undefined,
          );
          response.on('error', reject);
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }
}

/** The same for the same arguments, and without a pattern. */
function scattered(n: number, name: string): number {
  let mixed =
    Math.imul(n + 1, 0x9e3779b1) ^ Math.imul(name.charCodeAt(7) * 31 + name.charCodeAt(name.length - 1), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 12)) >>> 0;
}
