import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';

const main = join(import.meta.dirname, '../../packages/cli/src/main.ts');

/** What `admin.json` holds. */
export interface Admin {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly baseUrl: string;
  readonly tokenEndpoint: string;
  readonly caFile: string;
}

export interface HubProcess {
  readonly baseUrl: string;
  readonly admin: Admin;
  readonly child: ChildProcess;
  /** Everything it wrote so far. */
  output(): string;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL, as a power cut for the process. */
  kill(): Promise<void>;
}

/** Starts `sallyport serve` as its users do: a process of its own, here on a free port of the loopback interface. */
export async function startHub(
  dataDir: string,
  options: { readonly args?: readonly string[]; readonly env?: NodeJS.ProcessEnv; readonly listen?: string } = {},
): Promise<HubProcess> {
  const args = [main, 'serve', '--data', dataDir, '--listen', options.listen ?? 'localhost:0', ...(options.args ?? [])];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const baseUrl = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const ready = /^ready (\S+)$/m.exec(text);
      if (ready !== null) resolve(ready[1] as string);
    });
    exited.then(([code]) => reject(new Error(`The hub ended with ${code} before it was ready:\n${text}`)), reject);
  });
  return {
    baseUrl,
    child,
    output: () => text,
    admin: JSON.parse(readFileSync(join(dataDir, 'admin.json'), 'utf8')) as Admin,
    stop: async () => {
      child.kill('SIGTERM');
      return (await exited)[0];
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
  json<T = Record<string, unknown>>(): T;
}

/** One HTTPS request that trusts `ca`. A body that is no string is sent as JSON. */
export function call(
  url: string,
  ca: string,
  options: {
    readonly method?: string;
    readonly token?: string;
    readonly headers?: Record<string, string>;
    readonly body?: unknown;
    readonly cert?: string;
    readonly key?: string;
  } = {},
): Promise<Answer> {
  const { body } = options;
  const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const headers: Record<string, string> = {
    ...(payload !== undefined && {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(payload)),
    }),
    ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }),
    ...options.headers,
  };
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: options.method ?? (payload === undefined ? 'GET' : 'POST'),
        headers,
        ca,
        cert: options.cert,
        key: options.key,
        agent: false,
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            json: <T>() => JSON.parse(text) as T,
          }),
        );
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end(payload);
  });
}

/** An access token by client credentials. */
export async function tokenOf(
  tokenEndpoint: string,
  ca: string,
  clientId: string,
  clientSecret: string,
): Promise<string> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    scope: 'https://graph.microsoft.com/.default',
  }).toString();
  const answer = await call(tokenEndpoint, ca, {
    body,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  if (answer.status !== 200) throw new Error(`No token: ${answer.status} ${answer.text}`);
  return answer.json<{ access_token: string }>().access_token;
}
