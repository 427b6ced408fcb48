import { request } from 'node:http';
import { request as requestTls } from 'node:https';

/** The credentials of a client whose secret is known. Certificates are not checked: this is our own machine. */
export async function getToken(url: string, tenantId: string, clientId: string, clientSecret: string): Promise<string> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    scope: 'https://hub.example/.default',
  });
  const { status, body } = await send(
    new URL(`/${tenantId}/oauth2/v2.0/token`, url),
    'POST',
    { 'content-type': 'application/x-www-form-urlencoded' },
    form.toString(),
  );
  if (status !== 200) throw new Error(`No token: ${status} ${body}`);
  return (JSON.parse(body) as { access_token: string }).access_token;
}

export interface Answer {
  readonly status: number;
  /** Names and values, one after the other, as they came. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

export function send(
  url: URL,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const start = url.protocol === 'https:' ? requestTls : request;
    const outgoing = start(
      url,
      { method, headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) }, rejectUnauthorized: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            rawHeaders: response.rawHeaders,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
        response.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
