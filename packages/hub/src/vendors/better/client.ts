import { jsonOf } from '../kit/answer.ts';
import { clientCredentialsToken } from '../kit/client-credentials.ts';
import type { VendorTools } from '../vendor.ts';
import { asking, requireSuccess, VendorError } from '../kit/vendor-error.ts';
import type { WireRecord } from '../kit/wire-read.ts';
import { identifier, isRecord, list, record, records } from '../kit/wire-read.ts';

export interface WorkspaceCredentials {
  readonly loginUrl: string;
  readonly queryUrl: string;
  readonly queryAudience: string;
  readonly workspaceId: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Queries run for up to three minutes on Azure's side. */
const QUERY_TIMEOUT_MS = 185_000;

export interface WorkspaceClient {
  /** The rows that a query in KQL answers, by column name. */
  query(kql: string, signal: AbortSignal): Promise<readonly WireRecord[]>;
}

/** The query API of a Log Analytics workspace (learn.microsoft.com, "Azure Monitor Log Analytics API"). */
export function createWorkspaceClient(
  credentials: WorkspaceCredentials,
  { http, clock }: VendorTools,
): WorkspaceClient {
  const { loginUrl, queryUrl, queryAudience, workspaceId, tenantId, clientId, clientSecret } = credentials;
  const token = clientCredentialsToken(
    {
      who: 'Microsoft Entra',
      tokenUrl: `${loginUrl}/${tenantId}/oauth2/v2.0/token`,
      clientId,
      clientSecret,
      scope: `${queryAudience}/.default`,
    },
    { http, clock },
  );

  return {
    async query(kql, signal) {
      const answer = await token.use(signal, (bearer) =>
        asking(() =>
          http.request(`${queryUrl}/v1/workspaces/${workspaceId}/query`, {
            method: 'POST',
            headers: {
              authorization: `Bearer ${bearer}`,
              'content-type': 'application/json',
              accept: 'application/json',
            },
            body: JSON.stringify({ query: kql }),
            signal,
            timeoutMs: QUERY_TIMEOUT_MS,
            maxBytes: 128 * 1024 * 1024,
          }),
        ),
      );
      if (answer.status === 403) {
        throw new VendorError(
          'refused',
          'Log Analytics does not let the app read this workspace. Give it the role Log Analytics Reader; that takes up to an hour to count.',
        );
      }
      if (answer.status === 404)
        throw new VendorError(
          'refused',
          'Log Analytics knows no such workspace. Check the workspace id and the address.',
        );
      requireSuccess(answer, 'Log Analytics', clock.now());
      const body = jsonOf(answer, 'Log Analytics');
      // Part of the rows with 200 and an error beside them: whoever went on from there would lose the others.
      if (isRecord(body) && isRecord(body.error))
        throw new VendorError('unavailable', 'Log Analytics could answer a query in part only.');
      const table = records(record(body).tables)[0];
      if (table === undefined || !Array.isArray(table.columns) || !Array.isArray(table.rows)) {
        throw new VendorError('bad_answer', 'Log Analytics gave an answer that cannot be read.');
      }
      const names = table.columns.map((column: unknown) => identifier(record(column).name));
      return table.rows.map((row: unknown) => byName(names, list(row)));
    },
  };
}

function byName(names: readonly (string | undefined)[], values: readonly unknown[]): WireRecord {
  return Object.fromEntries(
    names.flatMap((name, i) =>
      name === undefined || values[i] === null || values[i] === undefined ? [] : [[name, values[i]]],
    ),
  );
}
