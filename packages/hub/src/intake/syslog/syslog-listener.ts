import { constants } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type SecureContextOptions, type Server, type TLSSocket } from 'node:tls';
import type { CertificateAndKey } from '../../platform/certificates.ts';
import type { Clock } from '../../platform/clock.ts';
import type { VendorLog } from '../../vendors/vendor.ts';
import { MAX_LINE_BYTES } from '../../vendors/syslog-cef/framing.ts';
import { syslogCef } from '../../vendors/syslog-cef/index.ts';
import type { IntakeRunner } from '../links/intake-runner.ts';
import type { LinkRuntime } from '../links/link-runtime.ts';
import { LinePace } from './line-pace.ts';
import type { Sender } from './sender.ts';
import { linkOfSender } from './sender.ts';
import { serveSender } from './serve-sender.ts';

export interface SyslogOptions {
  readonly listen: { readonly host: string; readonly port: number };
  /** PEM. */
  readonly tls: CertificateAndKey;
  readonly runner: Pick<IntakeRunner, 'links' | 'settled'>;
  readonly clock: Clock;
  readonly log: VendorLog;
  readonly limits?: Partial<SyslogLimits> | undefined;
}

export interface SyslogLimits {
  readonly lineBytes: number;
  readonly connections: number;
  readonly connectionsPerAddress: number;
  readonly connectionsPerLink: number;
  /** Of one link, over all its connections. */
  readonly linesPerSecond: number;
  readonly burstLines: number;
  readonly handshakeMs: number;
}

const SYSLOG_LIMITS: SyslogLimits = {
  lineBytes: MAX_LINE_BYTES,
  connections: 256,
  connectionsPerAddress: 64,
  connectionsPerLink: 32,
  linesPerSecond: 2000,
  burstLines: 10_000,
  handshakeMs: 10_000,
};

export interface SyslogListener {
  readonly port: number;
  /** Serves the connections from now on with another certificate. */
  useCertificate(pair: CertificateAndKey): void;
  /** Takes to their end the lines that were read, then lets go of all connections. */
  close(): Promise<void>;
}

/**
 * Syslog over TLS (RFC 5425) for links in the format `syslog-cef`. Every client is asked for a certificate;
 * which link a connection belongs to is decided by it or by its address, and a connection that belongs to none is
 * ended before anything of it is read.
 */
export async function startSyslog(options: SyslogOptions): Promise<SyslogListener> {
  const listener = new Listener(options);
  await listener.open();
  return listener;
}

function contextOptions({ cert, key }: CertificateAndKey): SecureContextOptions {
  // A connection that is resumed would skip the certificate.
  return { cert, key, minVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_NO_TICKET };
}

class Listener implements SyslogListener {
  readonly #options: SyslogOptions;
  readonly #limits: SyslogLimits;
  readonly #server: Server;
  readonly #stopping = new AbortController();
  /** All connections, also those whose handshake is under way. */
  readonly #sockets = new Set<Socket>();
  readonly #serving = new Set<Promise<void>>();
  readonly #addresses = new Counts();
  readonly #links = new Counts();
  readonly #paces = new Map<string, LinePace>();

  constructor(options: SyslogOptions) {
    this.#options = options;
    this.#limits = { ...SYSLOG_LIMITS, ...options.limits };
    this.#server = createServer({
      ...contextOptions(options.tls),
      handshakeTimeout: this.#limits.handshakeMs,
      // Asked for here and judged by the links: each has an authority of its own.
      requestCert: true,
      rejectUnauthorized: false,
    });
    this.#server.maxConnections = this.#limits.connections;
    this.#server.on('connection', (socket: Socket) => {
      this.#count(socket);
    });
    this.#server.on('secureConnection', (socket) => {
      this.#accept(socket);
    });
    this.#server.on('tlsClientError', (error, socket) => {
      options.log.info(
        { address: socket.remoteAddress, reason: error.message },
        'a connection for syslog did not come about',
      );
      // Node leaves that to us, also for a handshake that takes too long.
      socket.destroy();
    });
  }

  useCertificate(pair: CertificateAndKey): void {
    this.#server.setSecureContext(contextOptions(pair));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async open(): Promise<void> {
    this.#server.listen(this.#options.listen);
    await once(this.#server, 'listening');
    this.#server.on('error', (error) => {
      this.#options.log.warn({ err: error }, 'the listener for syslog has trouble');
    });
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    const closed = once(this.#server, 'close');
    this.#server.close();
    // What was read is stored; what is only waiting to be read ends here.
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#serving);
    await closed;
  }

  #count(socket: Socket): void {
    const address = socket.remoteAddress ?? '';
    if (this.#addresses.of(address) >= this.#limits.connectionsPerAddress) {
      socket.destroy();
      return;
    }
    this.#addresses.add(address);
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#addresses.remove(address);
      this.#sockets.delete(socket);
    });
  }

  #accept(socket: TLSSocket): void {
    // Errors also end the reading, where they are told.
    socket.on('error', () => undefined);
    const { log } = this.#options;
    const sender: Sender = { address: socket.remoteAddress ?? '', certificate: socket.getPeerX509Certificate() };
    const about = {
      address: sender.address,
      ...(sender.certificate && {
        subject: sender.certificate.subject,
        fingerprint: sender.certificate.fingerprint256,
      }),
    };
    const known = this.#linkOf(sender);
    if (!known.ok) {
      log.warn(about, `a sender of syslog was turned away: ${known.problem}`);
      socket.destroy();
      return;
    }
    const { connectorId } = known.link.link;
    if (this.#links.of(connectorId) >= this.#limits.connectionsPerLink) {
      log.warn(
        { ...about, connectorId },
        `a sender of syslog was turned away: its link has ${this.#limits.connectionsPerLink} connections already`,
      );
      socket.destroy();
      return;
    }
    log.info({ ...about, connectorId }, 'a sender of syslog is connected');
    this.#links.add(connectorId);
    const served = this.#serve(socket, sender, known.link).then(() => {
      this.#serving.delete(served);
      this.#links.remove(connectorId);
    });
    this.#serving.add(served);
  }

  async #serve(socket: TLSSocket, sender: Sender, accepted: LinkRuntime): Promise<void> {
    const { log } = this.#options;
    const { connectorId } = accepted.link;
    socket.setKeepAlive(true, 60_000);
    const { lines, problem } = await serveSender(socket, {
      maxLineBytes: this.#limits.lineBytes,
      pace: this.#paceOf(connectorId),
      connectorId,
      address: sender.address,
      log,
      stopping: this.#stopping.signal,
      link: this.#follow(sender, accepted),
    });
    log.info(
      { address: sender.address, connectorId, lines },
      `a sender of syslog is gone${problem === undefined ? '' : `: ${problem}`}`,
    );
  }

  /** A link that was changed may know its sender still. */
  #follow(sender: Sender, accepted: LinkRuntime): () => Promise<LinkRuntime | undefined> {
    let current: LinkRuntime | undefined = accepted;
    return async () => {
      if (current !== undefined && this.#cefLinks().includes(current)) return current;
      // While a link is being changed there is none for a moment.
      await this.#options.runner.settled();
      const again = this.#linkOf(sender);
      current = again.ok && again.link.link.connectorId === accepted.link.connectorId ? again.link : undefined;
      return current;
    };
  }

  #linkOf(sender: Sender) {
    return linkOfSender(this.#cefLinks(), sender, this.#options.clock.now());
  }

  #cefLinks(): readonly LinkRuntime[] {
    return this.#options.runner.links().filter(({ link }) => link.vendor.id === syslogCef.id);
  }

  #paceOf(connectorId: string): LinePace {
    const known = this.#paces.get(connectorId) ?? new LinePace(this.#limits.linesPerSecond, this.#limits.burstLines);
    this.#paces.set(connectorId, known);
    return known;
  }
}

class Counts {
  readonly #counts = new Map<string, number>();

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  add(name: string): void {
    this.#counts.set(name, this.of(name) + 1);
  }

  remove(name: string): void {
    const left = this.of(name) - 1;
    if (left > 0) this.#counts.set(name, left);
    else this.#counts.delete(name);
  }
}
