import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { newServerCertificate } from './certificates.ts';
import { issueDeviceCertificate, newDeviceAuthority } from './device-ca.ts';

test('a device certificate names the device and is accepted as a client certificate', async () => {
  const authority = await newDeviceAuthority();
  const device = await issueDeviceCertificate(authority, 'device-7');
  const certificate = new X509Certificate(device.cert);
  expect(certificate.subject).toBe('CN=device-7');
  expect(certificate.subjectAltName).toBe('URI:urn:sallyport:device:device-7');

  const { cert, key, caPem } = await newServerCertificate('localhost', '127.0.0.1');
  const server = createServer({ cert, key, ca: authority.cert, requestCert: true }, (socket: TLSSocket) =>
    socket.end(String(socket.getPeerCertificate().subject.CN)),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect({ ...device, host: '127.0.0.1', port: (server.address() as AddressInfo).port, ca: caPem });
  const [data] = await once(client, 'data');
  expect(String(data)).toBe('device-7');
  client.destroy();
  server.close();
});
