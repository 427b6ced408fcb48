/** What a sandbox can do to a call, so that an integration shows how it takes it. */
export type FaultKind =
  /** 503 with Retry-After; nothing is kept. */
  | 'unavailable'
  /** 429 with Retry-After; nothing is kept. */
  | 'tooManyRequests'
  /** The reports are taken, and the connection ends before the answer. */
  | 'answerLost'
  /** 401, for this call and for whatever else comes with its token; nothing is kept. */
  | 'tokenEnded'
  /** The answer comes late. */
  | 'slow';

export const FAULT_KINDS: readonly FaultKind[] = ['unavailable', 'tooManyRequests', 'answerLost', 'tokenEnded', 'slow'];

export interface Fault {
  readonly kind: FaultKind;
  /** For 503 and 429. */
  readonly retryAfterSeconds: number;
  /** For `slow`. */
  readonly delayMs: number;
}

/** One call of a partner as the sandbox saw it. Holds no token and no secret. */
export interface Exchange {
  /** When the whole request had arrived, in milliseconds since 1970. */
  readonly at: number;
  readonly answeredAt: number;
  /** `undefined`: no client could be read from the request. */
  readonly clientId: string | undefined;
  readonly kind: 'token' | 'heartbeat' | 'reports';
  /** What the partner was answered; `null`: the connection ended without an answer. */
  readonly status: number | null;
  readonly fault: Fault | undefined;
  /** Of `reports`: what was sent, as far as it can be read. */
  readonly reports: readonly SentReport[];
  /** Of `reports`: what the hub made of each, also where the partner was not told. */
  readonly results: readonly ReportOutcome[];
  /** The message of an error answer. */
  readonly problem: string | undefined;
}

export interface SentReport {
  readonly reportId: string | undefined;
  /** The whole report, for comparing. */
  readonly content: string;
  /** Milliseconds since 1970. */
  readonly observedAt: number | undefined;
  readonly threatState: string | undefined;
  readonly deviceKeys: Readonly<Record<string, string>>;
  readonly findings: readonly SentFinding[];
}

export interface SentFinding {
  readonly id: string | undefined;
  readonly state: string | undefined;
  readonly severity: string | undefined;
  readonly title: string | undefined;
}

export interface ReportOutcome {
  readonly status: string;
  /** Absent in an answer means true. */
  readonly matched: boolean;
  readonly problem: string | undefined;
}
