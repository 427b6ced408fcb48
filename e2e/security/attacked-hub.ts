import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { expect } from 'vitest';
import { startHub, tokenOf, type Admin, type Answer, type HubProcess } from '@sallyport/simulators/hub';
import { freePort } from '@sallyport/simulators/machine';
import { routesOf, type Route } from './routes.ts';

export interface Attempt {
  readonly method?: string | undefined;
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** A text and bytes are sent as they are, all else as JSON. */
  readonly body?: unknown;
}

/** Says at its end what Object.prototype has come to hold. */
const TELL_PROTOTYPE = `process.on('exit', () => console.error('Object.prototype: ' + Object.getOwnPropertyNames(Object.prototype)))`;

/** A hub that is reached over TLS as by anybody, with everything that it logs. */
export class AttackedHub {
  readonly admin: Admin;
  readonly ca: string;
  readonly dataDir: string;
  /** A token with every permission. */
  readonly adminToken: string;
  /** Every route, as its OpenAPI has them. */
  readonly routes: readonly Route[];
  /** What it calls itself. */
  readonly baseUrl: string;
  /** Where it listens; it may call itself otherwise. */
  readonly address: string;
  readonly #process: HubProcess;
  readonly #agent: Agent;

  private constructor(
    process: HubProcess,
    parts: Pick<AttackedHub, 'ca' | 'dataDir' | 'adminToken' | 'address' | 'routes'>,
  ) {
    this.#process = process;
    this.admin = process.admin;
    this.baseUrl = process.baseUrl;
    this.ca = parts.ca;
    this.dataDir = parts.dataDir;
    this.adminToken = parts.adminToken;
    this.address = parts.address;
    this.routes = parts.routes;
    this.#agent = new Agent({ keepAlive: true, ca: parts.ca });
  }

  static async start(...args: readonly string[]): Promise<AttackedHub> {
    const dataDir = mkdtempSync(join(tmpdir(), 'sallyport-security-'));
    const listen = `127.0.0.1:${await freePort('127.0.0.1')}`;
    const address = `https://${listen}`;
    const hub = await startHub(dataDir, {
      listen,
      args: ['--log-level', 'debug', ...args],
      env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(TELL_PROTOTYPE)}` },
    });
    const ca = readFileSync(hub.admin.caFile, 'utf8');
    const token = await tokenOf(
      `${address}${new URL(hub.admin.tokenEndpoint).pathname}`,
      ca,
      hub.admin.clientId,
      hub.admin.clientSecret,
    );
    return new AttackedHub(hub, { ca, dataDir, address, adminToken: token, routes: await routesOf(address, ca) });
  }

  /** Lines of its log up to everything that was answered before this call; those that are no JSON are none. */
  async log(): Promise<readonly string[]> {
    const { headers } = await this.call('/nowhere');
    await expect.poll(() => this.#process.output().includes(String(headers['request-id']))).toBe(true);
    return this.#process
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'));
  }

  /** As the administrator unless told otherwise; a token of `undefined` sends none. The path is sent letter by letter. */
  call(path: string, { body, headers, method, ...rest }: Attempt = {}): Promise<Answer> {
    const token = 'token' in rest ? rest.token : this.adminToken;
    const bytes =
      body === undefined ? undefined : typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const { hostname: host, port } = new URL(this.address);
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          host,
          port,
          path,
          method: method ?? (bytes === undefined ? 'GET' : 'POST'),
          agent: this.#agent,
          servername: 'localhost',
          headers: {
            ...(bytes !== undefined && {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(bytes),
            }),
            ...(token !== undefined && { authorization: `Bearer ${token}` }),
            ...headers,
          },
        },
        (response) => {
          let text = '';
          const done = (): void =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text,
              json: <T>() => JSON.parse(text) as T,
            });
          response.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
          });
          response.on('end', done).on('error', reject);
          // A stream does not end.
          if (response.headers['content-type']?.startsWith('text/event-stream') === true) {
            done();
            response.destroy();
          }
        },
      );
      sent.on('error', reject);
      sent.end(bytes);
    });
  }

  /** As the administrator; throws unless it succeeds. */
  async must(path: string, body: unknown, method = 'POST'): Promise<Record<string, any>> {
    const answer = await this.call(path, { body, method });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.text === '' ? {} : answer.json<Record<string, any>>();
  }

  /** A new client of the API. */
  async newClient(
    displayName: string,
    permissions: readonly string[],
    connectorId?: string,
  ): Promise<{ objectId: string; clientId: string; secret: string; keyId: string; token: string }> {
    const made = await this.must('/v1.0/applications', {
      displayName,
      permissions,
      ...(connectorId !== undefined && { mobileThreatDefenseConnectorId: connectorId }),
    });
    const { secretText, keyId } = await this.must(`/v1.0/applications/${made.id}/addPassword`, {
      passwordCredential: { displayName: 'test' },
    });
    const token = await tokenOf(
      `${this.address}${new URL(this.admin.tokenEndpoint).pathname}`,
      this.ca,
      made.appId,
      secretText,
    );
    return { objectId: made.id, clientId: made.appId, secret: secretText, keyId, token };
  }

  /** Sends bytes as they are, and answers the bytes that come back until the hub closes the connection. */
  talk(bytes: string): Promise<string> {
    const { hostname, port } = new URL(this.address);
    return new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port), ca: this.ca }, () =>
        socket.write(Buffer.from(bytes, 'latin1')),
      );
      let received = '';
      socket.setEncoding('latin1').on('data', (text: string) => {
        received += text;
      });
      socket.on('close', () => resolve(received));
      socket.on('error', (error: NodeJS.ErrnoException) =>
        error.code === 'ECONNRESET' || error.code === 'EPIPE' ? resolve(received) : reject(error),
      );
    });
  }

  /** Stops the hub; fails unless it stopped in order, with an Object.prototype that is as it was. */
  async close(): Promise<void> {
    this.#agent.destroy();
    const code = await this.#process.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
    const prototypes = [...this.#process.output().matchAll(/^Object\.prototype: (.*)$/gmu)].map(([, names]) => names);
    expect(code).toBe(0);
    expect(new Set(prototypes)).toEqual(new Set([String(Object.getOwnPropertyNames(Object.prototype))]));
  }
}
