import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { routeTable, type RouteRow } from '@sallyport/hub/http/route-table.ts';
import { compose } from '@sallyport/hub/compose/compose.ts';
import type { Hub } from '@sallyport/hub/compose/parts.ts';
import { createLog } from '@sallyport/hub/platform/log.ts';
import { parseServeSettings } from '@sallyport/hub/platform/settings.ts';
import { tokenOf, type Admin, type Answer } from '@sallyport/simulators/hub';

export interface Attempt {
  readonly method?: string | undefined;
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** A text and bytes are sent as they are, all else as JSON. */
  readonly body?: unknown;
}

/** A whole hub in this process, reached over TLS as by anybody, with everything that it logs. */
export class AttackedHub {
  readonly hub: Hub;
  readonly admin: Admin;
  readonly ca: string;
  readonly dataDir: string;
  /** Every line of the log so far. */
  readonly log: string[];
  /** A token with every permission. */
  readonly adminToken: string;

  /** Where it listens; it may call itself otherwise. */
  readonly address: string;
  readonly #agent: Agent;

  private constructor(parts: Pick<AttackedHub, 'hub' | 'admin' | 'ca' | 'dataDir' | 'log' | 'adminToken' | 'address'>) {
    this.hub = parts.hub;
    this.admin = parts.admin;
    this.ca = parts.ca;
    this.dataDir = parts.dataDir;
    this.log = parts.log;
    this.adminToken = parts.adminToken;
    this.address = parts.address;
    this.#agent = new Agent({ keepAlive: true, ca: parts.ca });
  }

  static async start(...args: readonly string[]): Promise<AttackedHub> {
    const dataDir = mkdtempSync(join(tmpdir(), 'sallyport-security-'));
    const parsed = parseServeSettings(['--data', dataDir, '--listen', '127.0.0.1:0', ...args], {});
    if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
    const log: string[] = [];
    const hub = await compose(
      parsed.settings,
      createLog('debug', {
        write: (line) => {
          log.push(line);
        },
      }),
    );
    const admin = JSON.parse(readFileSync(join(dataDir, 'admin.json'), 'utf8')) as Admin;
    const ca = readFileSync(admin.caFile, 'utf8');
    const address = `https://127.0.0.1:${(hub.app.server.address() as AddressInfo).port}`;
    return new AttackedHub({
      hub,
      admin,
      ca,
      dataDir,
      log,
      address,
      adminToken: await tokenOf(
        `${address}${new URL(admin.tokenEndpoint).pathname}`,
        ca,
        admin.clientId,
        admin.clientSecret,
      ),
    });
  }

  get routes(): readonly RouteRow[] {
    return routeTable(this.hub.app);
  }

  /** As the administrator unless told otherwise; a token of `undefined` sends none. */
  call(path: string, { body, headers, method, ...rest }: Attempt = {}): Promise<Answer> {
    const token = 'token' in rest ? rest.token : this.adminToken;
    const bytes =
      body === undefined ? undefined : typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const sent = request(
        `${this.address}${path}`,
        {
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

  async close(): Promise<void> {
    this.#agent.destroy();
    await this.hub.close();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

/** A path of the route table with something in the place of each parameter. */
export function pathOf(route: Pick<RouteRow, 'path'>, parameter = '00000000-0000-4000-8000-000000000000'): string {
  return route.path.replace(/:\w+(?:\([^)]*\))?/g, parameter).replace('*', 'x');
}
