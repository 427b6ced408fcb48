import type { ReportOutcome, SentFinding, SentReport } from './exchange.ts';

/** Reads what partners send and hubs answer, whatever it is: strangers' words are looked at and never trusted. */

type Loose = Readonly<Record<string, unknown>>;

export function readReports(body: string): readonly SentReport[] {
  return list(record(json(body)).reports).map((raw) => {
    const report = record(raw);
    return {
      reportId: text(report.reportId),
      content: JSON.stringify(raw),
      observedAt: instant(report.observedDateTime),
      threatState: text(report.threatState),
      deviceKeys: Object.fromEntries(
        Object.entries(record(report.device)).filter(
          (entry): entry is [string, string] => typeof entry[1] === 'string',
        ),
      ),
      findings: list(report.findings).map(readFinding),
    };
  });
}

function readFinding(raw: unknown): SentFinding {
  const { id, state, severity, title } = record(raw);
  return { id: text(id), state: text(state), severity: text(severity)?.toLowerCase(), title: text(title) };
}

export function readResults(body: string): readonly ReportOutcome[] {
  return list(record(json(body)).results).map((raw) => {
    const result = record(raw);
    return {
      status: text(result.status) ?? '',
      matched: result.matched !== false,
      problem: text(record(result.error).message),
    };
  });
}

/** Of a Graph error or of an OAuth error. */
export function readProblem(body: string): string | undefined {
  const answer = record(json(body));
  return text(record(answer.error).message) ?? text(answer.error_description) ?? text(answer.error);
}

/** Who calls, by the token's own words; the hub behind checks whether they are true. */
export function clientOfToken(authorization: string | undefined): string | undefined {
  const payload = /^Bearer [^.]+\.([^.]+)\./iu.exec(authorization ?? '')?.[1];
  return payload === undefined ? undefined : text(record(json(Buffer.from(payload, 'base64url').toString('utf8'))).azp);
}

/** Who asks for a token, by form or by Basic authentication (RFC 6749, section 2.3.1). */
export function clientOfTokenRequest(authorization: string | undefined, body: string): string | undefined {
  const basic = /^Basic +(\S+)/iu.exec(authorization ?? '')?.[1];
  const inHeader = basic === undefined ? undefined : Buffer.from(basic, 'base64').toString('utf8').split(':', 1)[0];
  return new URLSearchParams(body).get('client_id') ?? inHeader;
}

export function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function record(value: unknown): Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function instant(value: unknown): number | undefined {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}
