import { once } from 'node:events';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { CertificateAndKey } from '../device-ca/certificates.ts';

/** Where a hub listens for syslog over TLS (RFC 5425), and whose certificate it shows. */
export interface SyslogTarget {
  readonly port: number;
  readonly caPem: string;
}

/**
 * Connects as a vendor's console does that sends lines of syslog. Resolves when TLS stands; by TLS 1.3 a client is told only later
 * that it is turned away. A broken connection shows as a closed one.
 */
export async function connectSyslog(
  { port, caPem }: SyslogTarget,
  identity?: CertificateAndKey,
  more: ConnectionOptions = {},
): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca: caPem, ...identity, ...more });
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  return socket;
}
